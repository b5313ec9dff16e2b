import { expect, test } from 'vitest'
import { openRuntime } from '#conformance/runtime.ts'
import { atSecond } from '#conformance/paper-clock.ts'
import { baseConnector } from '#conformance/test-base.ts'
import { baseExhibit } from '#conformance/test-base-exhibit.ts'
import { envelopesOf } from '#store/connection-books.ts'
import { pglite } from '#test/kit/backends.ts'
import { previewRewind, rewind } from './rewind.ts'

test('a rewind is looked at before it is done, is kept with who did it, and stores nothing twice', async () => {
  const runtime = await openRuntime(await pglite.database())
  const desk = await runtime.tenant(baseConnector(), baseExhibit)
  const process = runtime.process([desk])
  const id = desk.connectionId
  const rows = ['a', 'b', 'c'].map((name, index) => ({ id: name, changedAt: atSecond(-100 + index) }))
  desk.partner.list?.(rows)
  expect(await previewRewind(process.world, id, 'changes', atSecond(-500))).toMatchObject({
    refused: expect.stringContaining('never read'),
  })
  await process.poll(desk, 'changes')
  desk.partner.list?.([...rows, { id: 'unseen', changedAt: atSecond(-300) }])
  const preview = await previewRewind(process.world, id, 'changes', atSecond(-500))
  if ('refused' in preview) throw new Error(preview.refused)
  expect(preview).toMatchObject({ documents: 4, fresh: 1, more: false })
  await process.poll(desk, 'changes')
  expect(await envelopesOf(runtime.db, id)).toHaveLength(3)
  await rewind(process.world, id, 'changes', preview, 'ada')
  await process.poll(desk, 'changes')
  expect(await envelopesOf(runtime.db, id)).toHaveLength(4)
  const kept = await runtime.db.query('SELECT port, actor, before, after FROM cursor_rewind')
  expect(kept).toMatchObject([{ port: 'changes', actor: 'ada', after: { watermark: atSecond(-500) } }])
  expect(await previewRewind(process.world, id, 'orders', atSecond(0))).toMatchObject({
    refused: expect.stringContaining('it reads changes'),
  })
  await runtime.close()
})
