/** The hub's HTTP side: all routes over what app/ hands in. */
import { Hono } from 'hono'
import type { HttpDeps } from './deps.ts'
import { mount } from './kernel.ts'
import type { Route } from './route.ts'
import { auditRoutes } from './routes/audit.ts'
import { availabilityRoutes } from './routes/availability.ts'
import { caseRoutes } from './routes/cases.ts'
import { connectionRoutes } from './routes/connections.ts'
import { correctionRoutes } from './routes/corrections.ts'
import { documentRoutes } from './routes/documents.ts'
import { erasureRoutes } from './routes/erasure.ts'
import { fenceRoutes } from './routes/fences.ts'
import { fulfillmentRoutes } from './routes/fulfillment.ts'
import { shipmentRoutes } from './routes/shipments.ts'
import { healthRoutes } from './routes/health.ts'
import { holdRoutes } from './routes/holds.ts'
import { orderPolicyRoutes } from './routes/order-policy.ts'
import { instructionRoutes } from './routes/instructions.ts'
import { masterRoutes } from './routes/master.ts'
import { metaRoutes } from './routes/meta.ts'
import { orderChangeRoutes } from './routes/order-changes.ts'
import { orderViewRoutes } from './routes/order-views.ts'
import { policyRoutes } from './routes/policies.ts'
import { routingRoutes } from './routes/routing.ts'
import { orderRoutes } from './routes/orders.ts'
import { pushedSupplyRoutes } from './routes/pushed-supplies.ts'
import { quarantineRoutes } from './routes/quarantine.ts'
import { refundRoutes } from './routes/refunds.ts'
import { reservationRoutes } from './routes/reservations.ts'
import { receiptRoutes } from './routes/return-receipts.ts'
import { returnRoutes } from './routes/returns.ts'
import { movementRoutes } from './routes/stock-movements.ts'
import { stockFeedRoutes } from './routes/stock-feeds.ts'
import { stockPolicyRoutes } from './routes/stock-policy.ts'
import { stockRoutes } from './routes/stock.ts'
import { supplyRoutes } from './routes/supplies.ts'
import { worklistRoutes } from './routes/worklist.ts'
import { webhookRoutes } from './routes/webhooks.ts'
import { createShared, type Shared } from './shared.ts'

export function createHttpApp(deps: HttpDeps): Hono {
  const shared = createShared(deps)
  const app = new Hono()
  mount(app, allRoutes(shared), shared)
  return app
}

export function allRoutes(shared: Shared): Route[] {
  const routes: Route[] = [
    ...webhookRoutes(shared),
    ...orderRoutes(shared),
    ...orderViewRoutes(shared),
    ...holdRoutes(shared),
    ...orderChangeRoutes(shared),
    ...erasureRoutes(shared),
    ...orderPolicyRoutes(shared),
    ...routingRoutes(shared),
    ...policyRoutes(shared),
    ...stockRoutes(shared),
    ...stockFeedRoutes(shared),
    ...availabilityRoutes(shared),
    ...reservationRoutes(shared),
    ...supplyRoutes(shared),
    ...pushedSupplyRoutes(shared),
    ...movementRoutes(shared),
    ...stockPolicyRoutes(shared),
    ...fenceRoutes(shared),
    ...fulfillmentRoutes(shared),
    ...shipmentRoutes(shared),
    ...returnRoutes(shared),
    ...receiptRoutes(shared),
    ...refundRoutes(shared),
    ...documentRoutes(shared),
    ...correctionRoutes(shared),
    ...quarantineRoutes(shared),
    ...caseRoutes(shared),
    ...worklistRoutes(shared),
    ...instructionRoutes(shared),
    ...auditRoutes(shared),
    ...masterRoutes(shared),
    ...connectionRoutes(shared),
    ...healthRoutes(shared),
  ]
  routes.push(...metaRoutes(shared, () => routes))
  return routes
}
