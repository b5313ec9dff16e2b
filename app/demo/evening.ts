/** Waits for the evening: everything decided, shipped, told, and nothing on the way any more. Then the ERP counts once more. */
import type { Stage } from './stage.ts'
import { until } from './asking.ts'

export type Standing = {
  orders: number
  waiting: number
  requestsOpen: number
  instructionsOpen: number
  documentsUnread: number
}

const STANDING = `
  SELECT (SELECT count(*) FROM sales_order) AS orders,
         (SELECT count(*) FROM sales_order WHERE routing = 'pending') AS waiting,
         (SELECT count(*) FROM fulfillment_request WHERE work IN ('open', 'inProgress')) AS "requestsOpen",
         (SELECT count(*) FROM instruction WHERE state IN ('queued', 'sending', 'unknown')) AS "instructionsOpen",
         (SELECT count(*) FROM envelope WHERE state = 'received') AS "documentsUnread"`

export async function standing(stage: Stage): Promise<Standing> {
  const [row] = await stage.hub.world.db.query<Standing>(STANDING)
  if (row === undefined) throw new Error('the database did not answer')
  return row
}

export async function waitForEvening(
  stage: Stage,
  expectedOrders: number,
  onLook: (standing: Standing) => void,
  /** When all is shipped, and before the day is counted. */
  afterwards: () => Promise<void>,
): Promise<void> {
  try {
    await until('every order is shipped, cancelled or with a person', () => isQuiet(stage, expectedOrders, onLook))
    await afterwards()
    await until('what came back is settled', () => isQuiet(stage, expectedOrders, onLook))
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : 'it failed'}\n${await whereItHangs(stage)}`, {
      cause: error,
    })
  }
  const count = await stage.partners.erp.pushFull('json')
  if (count.status !== 202) throw new Error(`the evening count was answered ${count.status}`)
  await until('the evening count is read', () => isQuiet(stage, expectedOrders, onLook))
}

async function isQuiet(stage: Stage, expectedOrders: number, onLook: (standing: Standing) => void): Promise<boolean> {
  const { shop, erp, supplier } = stage.partners
  await shop.idle()
  const partnersQuiet = (await erp.settled(5_000)) && (await supplier.settled(5_000))
  const now = await standing(stage)
  onLook(now)
  return (
    partnersQuiet &&
    now.orders === expectedOrders &&
    now.waiting + now.requestsOpen + now.instructionsOpen + now.documentsUnread === 0 &&
    (await supplierFilesTaken(stage))
  )
}

/** The supplier's last answers may still lie in its folder. Each file is a document of its own here, copies too. */
async function supplierFilesTaken({ hub, partners }: Stage): Promise<boolean> {
  const { filesOut } = partners.supplier.books()
  const written = Object.values(filesOut).reduce((sum, n) => sum + n, 0)
  const [row] = await hub.world.db.query<{ n: number }>(
    `SELECT count(*) AS n FROM envelope WHERE connection_id = 'supplier'`,
  )
  return (row?.n ?? 0) >= written
}

/** What a person would look at first. */
async function whereItHangs({ hub, partners }: Stage): Promise<string> {
  const { db } = hub.world
  const states = await db.query<{ what: string; n: number }>(
    `SELECT 'instruction ' || connection_id || ' ' || kind || ' ' || state AS what, count(*) AS n FROM instruction GROUP BY 1
     UNION ALL SELECT 'document ' || connection_id || ' ' || port || ' ' || state, count(*) FROM envelope GROUP BY 1
     UNION ALL SELECT 'request ' || coalesce(connection_id, '') || ' ' || work || ' ' || negotiation, count(*) FROM fulfillment_request GROUP BY 1 ORDER BY 1`,
  )
  const cases = await db.query<{ kind: string; subject: string; detail: string }>(
    `SELECT kind, subject, detail FROM exception_case WHERE state = 'open' LIMIT 10`,
  )
  const items = await db.query<{ cause: string; place: string; rule: string }>(
    `SELECT cause, place, rule FROM quarantine_item WHERE state = 'open' LIMIT 10`,
  )
  return [
    ...states.map((row) => `${String(row.n).padStart(6)}  ${row.what}`),
    ...cases.map((row) => `case ${row.kind} of ${row.subject}: ${row.detail}`),
    ...items.map((row) => `quarantine ${row.cause} at ${row.place}: ${row.rule}`),
    ...partners.supplier
      .books()
      .troubles.slice(0, 5)
      .map((trouble) => `supplier: ${trouble}`),
  ].join('\n')
}
