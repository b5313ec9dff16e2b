/** Is the hub well? Health means that a job passed lately; readiness means that the database answers and has its schema. */
import { z } from '@hono/zod-openapi'
import { epochMsOf } from '#core/model/time.ts'
import { isDatabaseAway } from '#store/database.ts'
import { lastBeats } from '#store/heartbeats.ts'
import { migrations } from '#store/migrate.ts'
import type { HttpDeps } from '../deps.ts'
import { type Answer, type Route, route } from '../route.ts'
import type { Shared } from '../shared.ts'

/** A canary that missed this many of its turns is dead. */
const MISSED_TURNS = 3

const Check = z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })
const Health = z.object({ ok: z.boolean(), version: z.string(), checks: z.array(Check) }).openapi('Health')
type Check = z.output<typeof Check>

export function healthRoutes({ deps, metrics }: Shared): Route[] {
  return [
    route({
      method: 'get',
      path: '/healthz',
      name: 'health',
      tag: 'health',
      summary: 'Do jobs pass? The canary job must have passed within three of its intervals.',
      answers: {
        200: { description: 'Jobs pass.', schema: Health },
        503: { description: 'They do not.', schema: Health },
      },
      handle: async () => answerOf(deps, [await canary(deps)]),
    }),
    route({
      method: 'get',
      path: '/readyz',
      name: 'readiness',
      tag: 'health',
      summary: 'Can requests be served? The database answers and has every migration.',
      answers: { 200: { description: 'Ready.', schema: Health }, 503: { description: 'Not ready.', schema: Health } },
      handle: async () => answerOf(deps, [await schema(deps)]),
    }),
    route({
      method: 'get',
      path: '/metrics',
      name: 'metrics',
      tag: 'health',
      summary: 'Figures in Prometheus text format.',
      answers: { 200: { description: 'Figures.', mediaType: 'text/plain' } },
      handle: async () => ({
        status: 200,
        content: { type: 'text/plain; version=0.0.4; charset=utf-8', data: await metrics.text() },
      }),
    }),
  ]
}

function answerOf(deps: HttpDeps, checks: Check[]): Answer {
  const ok = checks.every((check) => check.ok)
  return { status: ok ? 200 : 503, json: { ok, version: deps.version, checks } }
}

async function canary({ db, clock, canaryEveryMs }: HttpDeps): Promise<Check> {
  return withDatabase('canary', async () => {
    const beat = (await lastBeats(db)).find((each) => each.name === 'canary')
    if (beat === undefined) return { name: 'canary', ok: false, detail: 'the canary job never passed' }
    const ageMs = epochMsOf(clock.now()) - epochMsOf(beat.at)
    return {
      name: 'canary',
      ok: ageMs < MISSED_TURNS * canaryEveryMs,
      detail: `the canary job passed ${ageMs} ms ago, its turn comes every ${canaryEveryMs} ms`,
    }
  })
}

async function schema({ db }: HttpDeps): Promise<Check> {
  return withDatabase('database', async () => {
    const rows = await db.query<{ name: string }>('SELECT name FROM schema_migration')
    const done = new Set(rows.map((row) => row.name))
    const missing = migrations().filter((migration) => !done.has(migration.name))
    return missing.length === 0
      ? { name: 'database', ok: true, detail: 'it answers, with every migration' }
      : { name: 'database', ok: false, detail: `missing: ${missing.map((each) => each.name).join(', ')}` }
  })
}

async function withDatabase(name: string, check: () => Promise<Check>): Promise<Check> {
  try {
    return await check()
  } catch (error) {
    // The reason stays inside: it may name hosts and users.
    return {
      name,
      ok: false,
      detail: isDatabaseAway(error) ? 'the database is away' : 'the database refused the check',
    }
  }
}
