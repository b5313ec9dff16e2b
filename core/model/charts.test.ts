import { describe, expect, test } from 'vitest'
import { golden } from '#test/golden/golden.ts'
import { type Chart, printChart, step } from './chart.ts'
import { ALL_CHARTS, negotiationChart, reservationChart } from './charts.ts'

const statesOf = (chart: Chart<string, string>): string[] => Object.keys(chart.moves)
const nextOf = (chart: Chart<string, string>, state: string): string[] =>
  Object.values(chart.moves[state] ?? {}).flatMap((next) => next ?? [])
const isEnd = (chart: Chart<string, string>, state: string): boolean => nextOf(chart, state).length === 0

/** Every state that some row of moves leads to from `start`, itself included. */
function reachableFrom(chart: Chart<string, string>, start: string): Set<string> {
  const found = new Set([start])
  for (const state of found) for (const next of nextOf(chart, state)) found.add(next)
  return found
}

/** A connection works or is stopped for as long as it is configured: it has no end of its own. */
const WITHOUT_END = new Set(['connection'])

test('the charts read as test/golden/charts.txt (UPDATE_GOLDEN=1 writes it anew)', () => {
  const printed = ALL_CHARTS.map((chart) => `${chart.name}\n${printChart(chart)}\n`).join('\n')
  expect(printed).toBe(golden('charts.txt', printed))
})

test('no two charts have one name', () => {
  expect(new Set(ALL_CHARTS.map((chart) => chart.name)).size).toBe(ALL_CHARTS.length)
})

describe.each(ALL_CHARTS.map((chart) => ({ name: chart.name, chart })))('the chart of a $name', ({ chart }) => {
  test('begins in a state of its own and leads to no state that it lacks', () => {
    const states = statesOf(chart)
    expect(states).toContain(chart.initial)
    for (const state of states) for (const next of nextOf(chart, state)) expect(states).toContain(next)
  })

  test('reaches every state from its first one', () => {
    const reachable = reachableFrom(chart, chart.initial)
    expect(statesOf(chart).filter((state) => !reachable.has(state))).toEqual([])
  })

  test('has a way to an end from every state', () => {
    const stuck = statesOf(chart).filter(
      (state) => ![...reachableFrom(chart, state)].some((reached) => isEnd(chart, reached)),
    )
    expect(stuck).toEqual(WITHOUT_END.has(chart.name) ? statesOf(chart) : [])
  })

  test('has a way out of every state that is no end, and not only back into itself', () => {
    const closed = statesOf(chart).filter(
      (state) => !isEnd(chart, state) && nextOf(chart, state).every((next) => next === state),
    )
    expect(closed).toEqual([])
  })

  test('names an owner and a deadline for every state that waits, and none for an end', () => {
    for (const state of statesOf(chart)) {
      const rule = chart.waiting[state]
      if (isEnd(chart, state)) expect(rule, `${state} is an end`).toBeUndefined()
      else {
        expect(rule?.owner, `${state} waits`).toMatch(/^(crossdock|operator|partner|channel|carrier)$/)
        expect(rule?.deadline, `${state} waits`).toMatch(/\w{3}/)
      }
    }
  })

  test('takes every move of its table, and refuses every other one with the moves it takes', () => {
    const events = new Set(statesOf(chart).flatMap((state) => Object.keys(chart.moves[state] ?? {})))
    for (const state of statesOf(chart)) {
      for (const event of events) {
        const next = chart.moves[state]?.[event]
        const stepped = step(chart, state, event)
        if (next !== undefined) expect(stepped).toEqual({ ok: true, state: next })
        else expect(stepped).toMatchObject({ ok: false, reason: expect.stringContaining(`in state ${state}`) })
      }
    }
  })
})

test('a refused move says what would be taken, or that the thing has ended', () => {
  expect(step(negotiationChart, 'submitted', 'withdraw')).toEqual({
    ok: false,
    reason:
      'fulfillment request (negotiation) in state submitted does not take withdraw; it takes accept, reject, askCancel',
  })
  expect(step(reservationChart, 'consumed', 'release')).toEqual({
    ok: false,
    reason: 'reservation in state consumed does not take release; it takes nothing: it has ended',
  })
})
