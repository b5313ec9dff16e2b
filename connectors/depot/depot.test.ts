/** The depot's messages and orders, by its own samples. What every connector must do is tried by conformance/. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openDesk } from '#conformance/desk.ts'
import { inboundOf, outboundOf, readAt } from '#conformance/check.ts'
import { outgoing } from '#conformance/values.ts'
import type { Connector } from '../contract/connector.ts'
import { depot } from './connector.ts'

const connector = depot as unknown as Connector
const exhibit = (await connector.exhibit?.()) ?? expect.fail('it brings no exhibit')

test('one message may say several things, and each becomes its document', () => {
  const [port] = inboundOf({ connector, exhibit })
  if (port === undefined) throw new Error('the connector reads nothing')
  const raw = readFileSync('mappings/depot/examples/events.in.json')
  const { documents, refused } = readAt(openDesk(connector, exhibit), port, raw)
  expect(refused).toEqual([])
  expect(documents.map(({ kind, part }) => [part, kind])).toEqual([
    ['/events/0', 'fulfillmentResponse'],
    ['/events/1', 'shipment'],
    ['/events/2', 'cancelResponse'],
    ['/events/3', 'stock'],
  ])
})

test('an order goes out once, under a key, with their own codes', async () => {
  const desk = openDesk(connector, exhibit)
  const send = outboundOf({ connector, exhibit }).find(({ port }) => port.name === 'fulfillment')?.port
  if (send === undefined) throw new Error('the connector sends no orders')
  const document = outgoing('fulfillmentInstruction', '1', desk) as never
  const delivery = { instructionId: 'ins_1', key: 'key-1', document }
  const prepared = await send.prepare(desk.context(), [delivery])
  if (!prepared.ok) throw new Error('it was not written')
  const transmission = { id: 'trm_1', ...prepared.value, deliveries: [delivery] }
  const first = await send.send(desk.context(), transmission)
  expect(first).toEqual({ all: { kind: 'accepted', reference: 'R-1' } })
  expect(await send.send(desk.context(), transmission)).toEqual(first)
  expect(desk.effects()).toHaveLength(1)
  expect(JSON.parse(Buffer.from(prepared.value.bytes).toString())).toMatchObject({ site: 'SITE-1', method: 'PARCEL' })
})
