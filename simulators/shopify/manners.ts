/** Bad manners, to be switched while the store runs. The defaults are good ones. */
export type Manners = {
  /** Every n-th webhook is delivered `duplicateCopies` times at once; 0 never. */
  duplicateEvery: number
  duplicateCopies: number
  /** Every n-th webhook waits until the next one has gone out; 0 never. */
  reorderEvery: number
  /** Waits so long before a webhook's first attempt. */
  webhookDelayMs: number
  /** The next n mutations are applied, then the socket is cut without an answer. */
  dropAnswerAfterEffect: number
  /** The next n mutations are applied, then answered with status 500. */
  answer500AfterEffect: number
  /** The next n GraphQL calls are refused as THROTTLED, whatever the bucket holds. */
  throttleNext: number
}

export function goodManners(): Manners {
  return {
    duplicateEvery: 0,
    duplicateCopies: 2,
    reorderEvery: 0,
    webhookDelayMs: 0,
    dropAnswerAfterEffect: 0,
    answer500AfterEffect: 0,
    throttleNext: 0,
  }
}

/** Uses up one of the next n; false when none is left. */
export function useOne(
  manners: Manners,
  name: 'dropAnswerAfterEffect' | 'answer500AfterEffect' | 'throttleNext',
): boolean {
  if (manners[name] <= 0) return false
  manners[name] -= 1
  return true
}
