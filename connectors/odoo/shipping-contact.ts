/** The address of one order, as a delivery contact of the hub's customer; searched by its reference before it is made. */
import { z } from 'zod'
import type { OdooAddress } from '#mappings/odoo/order.ts'
import { call } from './client.ts'
import type { Called, OdooContext } from './client.ts'
import { idsByCode } from './records.ts'

export async function shippingContact(
  context: OdooContext,
  reference: string,
  address: OdooAddress,
): Promise<Called<number>> {
  const found = await call(
    context,
    'res.partner/search_read',
    { domain: [['ref', '=', reference]], fields: ['ref'], order: 'id', limit: 1 },
    z.array(z.object({ id: z.int() })),
    false,
  )
  if (!found.ok) return found
  const [known] = found.value
  if (known !== undefined) return { ok: true, value: known.id }
  const cure = 'Correct the country of the address; Odoo knows ISO 3166-1 codes.'
  const countries = await idsByCode(context, 'res.country', 'code', [address.country], cure)
  if (!countries.ok) return countries
  const { country, state, company_name: company, name, street2, ...rest } = address
  const values = {
    ...rest,
    name: name ?? company ?? reference,
    // Odoo's region is a record of its own; a partner's own text of it goes beside the street, where the label shows it.
    street2: [company === undefined || name === undefined ? undefined : company, street2, state]
      .filter((part) => part !== undefined)
      .join(', '),
    country_id: countries.value.get(country),
    parent_id: context.config.partnerId,
    type: 'delivery',
    ref: reference,
  }
  const made = await call(context, 'res.partner/create', { vals_list: [values] }, z.tuple([z.int()]), true)
  return made.ok ? { ok: true, value: made.value[0] } : made
}
