/** What became of the groups the supplier sent: the hub's 997s, matched by functional id and group number (CONTRLs: by interchange). */
export type ReceiptCounts = {
  /** Groups laid out and not acknowledged yet. */
  waiting: number
  accepted: number
  /** AK901 E or P. */
  partly: number
  rejected: number
  /** 997s for groups that the supplier never sent, or already had a 997 for. */
  unexpected: number
}

type State = 'waiting' | 'accepted' | 'partly' | 'rejected'

const STATE_OF: Record<string, State> = { A: 'accepted', E: 'partly', P: 'partly', R: 'rejected' }

export class Receipts {
  readonly #groups = new Map<string, State>()
  #unexpected = 0

  expect(functionalId: string, groupNumber: string): void {
    if (functionalId !== 'FA') this.#groups.set(keyOf(functionalId, groupNumber), 'waiting')
  }

  /** `status` as AK901 has it. */
  note(functionalId: string, groupNumber: string, status: string): void {
    const key = keyOf(functionalId, groupNumber)
    if (this.#groups.get(key) === 'waiting') this.#groups.set(key, STATE_OF[status] ?? 'rejected')
    else this.#unexpected += 1
  }

  counts(): ReceiptCounts {
    const counts = { waiting: 0, accepted: 0, partly: 0, rejected: 0, unexpected: this.#unexpected }
    for (const state of this.#groups.values()) counts[state] += 1
    return counts
  }
}

/** Group numbers are compared as numbers: partners pad them with zeros or not. */
const keyOf = (functionalId: string, groupNumber: string): string => `${functionalId} ${Number(groupNumber)}`
