/**
 * State machines are literal tables. `step` is the only way to move; an illegal pair is a returned reason, never a silent
 * no-op. Every state that is not an end names who owns it and by when it must move, so that nothing waits for ever.
 */

export type WaitingRule = {
  /** Who must move it on. */
  owner: 'crossdock' | 'operator' | 'partner' | 'channel' | 'carrier'
  /** The clock that fires when they do not: where the deadline comes from. */
  deadline: string
}

export type Chart<State extends string, Event extends string> = {
  name: string
  initial: State
  /** state → event → next state. A state without events is an end. */
  moves: Record<State, Partial<Record<Event, State>>>
  /** One rule for each state that has moves. */
  waiting: Partial<Record<State, WaitingRule>>
}

export type Stepped<State extends string> = { ok: true; state: State } | { ok: false; reason: string }

export function step<S extends string, E extends string>(
  chart: Chart<S, E>,
  state: NoInfer<S>,
  event: NoInfer<E>,
): Stepped<S> {
  const next = chart.moves[state][event]
  if (next !== undefined) return { ok: true, state: next }
  const legal = Object.keys(chart.moves[state]).join(', ') || 'nothing: it has ended'
  return { ok: false, reason: `${chart.name} in state ${state} does not take ${event}; it takes ${legal}` }
}

/** The full state × event matrix, for people and for the golden test. */
export function printChart<S extends string, E extends string>(chart: Chart<S, E>): string {
  const states = Object.keys(chart.moves) as S[]
  const events = [...new Set(states.flatMap((state) => Object.keys(chart.moves[state]) as E[]))]
  const rows = states.map((state) => [
    state === chart.initial ? `${state} (initial)` : state,
    ...events.map((event) => chart.moves[state][event] ?? '·'),
    chart.waiting[state] === undefined ? 'end' : `${chart.waiting[state].owner}: ${chart.waiting[state].deadline}`,
  ])
  const table = [['state', ...events, 'waits for'], ...rows]
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? []
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
