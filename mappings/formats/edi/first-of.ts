/** The first `count` texts of a list, as a list of their own. Short ones are made by literals, several times as fast as by `slice` (measured on Node 24). */
export function firstOf(list: readonly string[], count: number): string[] {
  switch (count) {
    case 1:
      return [list[0] as string]
    case 2:
      return [list[0] as string, list[1] as string]
    case 3:
      return [list[0] as string, list[1] as string, list[2] as string]
    case 4:
      return [list[0] as string, list[1] as string, list[2] as string, list[3] as string]
    case 5:
      return [list[0] as string, list[1] as string, list[2] as string, list[3] as string, list[4] as string]
    case 6:
      return [
        list[0] as string,
        list[1] as string,
        list[2] as string,
        list[3] as string,
        list[4] as string,
        list[5] as string,
      ]
    default:
      return list.slice(0, count)
  }
}
