/** True with the given share of chances, 0 to 1. A share of nothing draws nothing, so that good manners leave the seed alone. */
export const chance = (random: () => number, share: number): boolean => share > 0 && random() < share
