/** Units that an order's nodes were asked to give up, and that they have neither given up nor refused. */
import { backOf } from '#core/fulfillment/take-back.ts'
import type { FulfillmentRequest } from '#core/model/fulfillment.ts'

export const pendingOf =
  (requests: readonly FulfillmentRequest[]) =>
  (lineNo: number): number =>
    requests
      .flatMap((request) => request.lines.filter((line) => line.lineNo === lineNo))
      .reduce((sum, line) => sum + backOf(line).cancel, 0)
