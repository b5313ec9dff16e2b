import { expect, test } from 'vitest'
import { openRuntime } from '#conformance/runtime.ts'
import { documentFor } from '#conformance/sending.ts'
import { partnerFile } from '#connectors/edi/test-files.ts'
import { ediSupplier } from '#connectors/edi/connector.ts'
import type { Connector, SendPort } from '#connectors/contract/connector.ts'
import { pglite } from '#test/kit/backends.ts'
import { tellMissingReceipts } from './missing-receipts.ts'

const PARTNER = { qualifier: 'ZZ', id: 'NORDSUPPLY' }
const HOUR_MS = 3_600_000

test('a 997 that does not come in time is told once, and one that comes late ends the case', async () => {
  const connector = ediSupplier as unknown as Connector
  const exhibit = await connector.exhibit?.()
  if (exhibit === undefined) throw new Error('it brings an exhibit')
  const runtime = await openRuntime(await pglite.database())
  const desk = await runtime.tenant(connector, {
    ...exhibit,
    config: { ...exhibit.config, receiptWithinMinutes: 60 },
  })
  const process = runtime.process([desk])
  const cases = () =>
    runtime.db.query('SELECT state, detail, resolution FROM exception_case WHERE kind = $1', ['receiptMissing'])
  const port = connector.ports.find(({ name }) => name === 'fulfillment') as unknown as SendPort<unknown>
  for (const id of ['m1', 'm2']) {
    const document = documentFor(desk, { port, shown: {} }, id)
    await process.tell(desk, port.name, port.kind, id, document)
    await process.work(1_000)
  }
  const answer = async (group: string, number: number): Promise<void> => {
    const segments = [
      ['AK1', 'PO', group],
      ['AK9', 'A', '1', '1', '1'],
    ] as const
    desk.sftp.put(
      '/out',
      `receipt-${group}.edi`,
      partnerFile('FA', [{ type: '997', segments: [...segments] }], number, PARTNER),
    )
    for (let look = 0; look < 4; look++) {
      await process.poll(desk, 'documents')
      runtime.clock.advance(5_000)
    }
    await process.work(1_000)
  }
  await answer('2', 1)
  await tellMissingReceipts(process.world)
  expect(await cases()).toEqual([])
  runtime.clock.advance(HOUR_MS)
  await tellMissingReceipts(process.world)
  await tellMissingReceipts(process.world)
  expect(await cases()).toMatchObject([
    { state: 'open', detail: expect.stringMatching(/-850-000000001\.edi \(x12 PO 1\)/) },
  ])
  await answer('1', 2)
  expect(await cases()).toMatchObject([{ state: 'resolved', resolution: 'the receipt came late' }])
  await tellMissingReceipts(process.world)
  expect(await cases()).toHaveLength(1)
  await runtime.close()
})
