/**
 * Identifiers are branded text for ever: never numbers, never trimmed of a zero.
 * Our own ids carry a prefix (`ord_…`); partners' ids are kept exactly as they came.
 */
import { z } from 'zod'

const own = <const B extends string>(prefix: string, _brand: B) =>
  z
    .string()
    .regex(new RegExp(`^${prefix}_[0-9A-Za-z-]{1,60}$`), `must look like ${prefix}_…`)
    .brand<B>()

const external = <const B extends string>(_brand: B) => z.string().min(1).max(200).brand<B>()

/** A name a person chose in configuration: `shopify-main`, `paris-store`. */
const slug = <const B extends string>(_brand: B) =>
  z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and hyphens, at most 63')
    .brand<B>()

export const OrderId = own('ord', 'OrderId')
export type OrderId = z.infer<typeof OrderId>
export const EnvelopeId = own('env', 'EnvelopeId')
export type EnvelopeId = z.infer<typeof EnvelopeId>
export const FulfillmentRequestId = own('ful', 'FulfillmentRequestId')
export type FulfillmentRequestId = z.infer<typeof FulfillmentRequestId>
export const ShipmentId = own('shp', 'ShipmentId')
export type ShipmentId = z.infer<typeof ShipmentId>
export const ReservationId = own('rsv', 'ReservationId')
export type ReservationId = z.infer<typeof ReservationId>
export const DecisionId = own('dec', 'DecisionId')
export type DecisionId = z.infer<typeof DecisionId>
export const InstructionId = own('ins', 'InstructionId')
export type InstructionId = z.infer<typeof InstructionId>
export const QuarantineId = own('qua', 'QuarantineId')
export type QuarantineId = z.infer<typeof QuarantineId>
export const ExceptionCaseId = own('exc', 'ExceptionCaseId')
export type ExceptionCaseId = z.infer<typeof ExceptionCaseId>
export const HoldId = own('hld', 'HoldId')
export type HoldId = z.infer<typeof HoldId>
export const ReturnId = own('rma', 'ReturnId')
export type ReturnId = z.infer<typeof ReturnId>
export const SupplyId = own('sup', 'SupplyId')
export type SupplyId = z.infer<typeof SupplyId>
export const FactId = own('fct', 'FactId')
export type FactId = z.infer<typeof FactId>

export const ChannelId = slug('ChannelId')
export type ChannelId = z.infer<typeof ChannelId>
export const ConnectionId = slug('ConnectionId')
export type ConnectionId = z.infer<typeof ConnectionId>
export const NodeId = slug('NodeId')
export type NodeId = z.infer<typeof NodeId>
export const RateCardId = slug('RateCardId')
export type RateCardId = z.infer<typeof RateCardId>
export const PartyId = slug('PartyId')
export type PartyId = z.infer<typeof PartyId>

/** The merchant's stock-keeping unit, the hub's own key for a product. `00123` and `123` are two SKUs. */
export const Sku = z
  .string()
  .min(1)
  .max(100)
  .regex(/^\S(?:.*\S)?$/, 'must not begin or end with a space')
  .brand<'Sku'>()
export type Sku = z.infer<typeof Sku>

/** The order's name in the system that sold it. */
export const ExternalOrderId = external('ExternalOrderId')
export type ExternalOrderId = z.infer<typeof ExternalOrderId>
/** The line's name in the system that sold it; partial shipments and cancels are told by it. */
export const ExternalLineId = external('ExternalLineId')
export type ExternalLineId = z.infer<typeof ExternalLineId>
export const TrackingNumber = external('TrackingNumber')
export type TrackingNumber = z.infer<typeof TrackingNumber>

/** GTIN-8, -12, -13 or -14 with a right check digit; kept as 14-character text (GS1 General Specifications, part 7.9). */
export const Gtin = z
  .string()
  .regex(/^(\d{8}|\d{12,14})$/, 'must have 8, 12, 13 or 14 digits')
  .refine(hasGs1CheckDigit, 'the last digit must be the GS1 check digit')
  .transform((digits) => digits.padStart(14, '0'))
  .brand<'Gtin'>()
export type Gtin = z.infer<typeof Gtin>

/** GS1 mod-10: weights 3 and 1 alternate from the digit before the check digit leftwards. */
export function hasGs1CheckDigit(digits: string): boolean {
  let sum = 0
  for (let i = 0; i < digits.length - 1; i++) {
    const weight = (digits.length - 1 - i) % 2 === 1 ? 3 : 1
    sum += Number(digits[i]) * weight
  }
  return (10 - (sum % 10)) % 10 === Number(digits[digits.length - 1])
}
