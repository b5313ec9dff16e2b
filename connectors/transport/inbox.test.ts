import { appendFile, mkdir, readdir, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { instantFromEpochMs } from '#core/model/time.ts'
import type { Fetched } from '../contract/connector.ts'
import { checkFolders, findFile, publishFile } from './exchange.ts'
import { moveAway, tooLargeIssue, wholeFiles } from './inbox.ts'
import type { Inbox } from './inbox.ts'
import { testContext } from './test-context.ts'
import { hasOpenSsh, inProcessSftpServer, openSshServer } from './test-sftp-server.ts'

const servers: [name: string, start: () => ReturnType<typeof inProcessSftpServer>][] = [
  ['the ssh2 server', inProcessSftpServer],
]
if (hasOpenSsh()) servers.push(['OpenSSH', openSshServer])

describe.each(servers)('a partner’s folder with %s', (_, start) => {
  async function folder(more: Partial<Inbox> = {}) {
    const server = await start()
    const { root } = server
    await mkdir(`${root}/out`)
    const inbox: Inbox = {
      outFolder: `${root}/out`,
      archiveFolder: `${root}/archive`,
      errorFolder: `${root}/error`,
      pollEveryMs: 100,
      minAgeMs: 1_000,
      maxFileBytes: 100,
      wants: (name) => name.endsWith('.csv'),
      looksWhole: (raw) => Buffer.from(raw).toString().endsWith('\n'),
      isReadable: (raw) => !Buffer.from(raw).toString().startsWith('<'),
      ...more,
    }
    const clock = { nowMs: Date.now() }
    const context = testContext({ config: {}, sftp: server.target, now: () => instantFromEpochMs(clock.nowMs) })
    const stored = new Set<string>()
    const look = async (): Promise<Fetched[]> => {
      clock.nowMs += 5_000
      const found: Fetched[] = []
      for await (const each of wholeFiles(context, inbox, (key) => Promise.resolve(stored.has(key)))) found.push(each)
      return found
    }
    return {
      inbox,
      context,
      clock,
      look,
      /** One round of the runtime: stored first, moved after that. */
      take: async (): Promise<string[]> => {
        const found = await look()
        for (const each of found) {
          stored.add(each.sourceKey)
          await moveAway(context.sftp, inbox, each.meta)
        }
        return found.map((each) => Buffer.from(each.raw).toString())
      },
      put: (name: string, content: string) => writeFile(`${root}/out/${name}`, content),
      add: (name: string, content: string) => appendFile(`${root}/out/${name}`, content),
      files: async (name: string) => (await readdir(`${root}/${name}`).catch((): string[] => [])).sort(),
      [Symbol.asyncDispose]: async () => {
        await context[Symbol.asyncDispose]()
        await server[Symbol.asyncDispose]()
      },
    }
  }

  test('a file is taken when it rests, is stored before it moves, and strangers are left alone', async () => {
    await using f = await folder()
    await f.put('a.csv', 'a\n')
    await f.put('.b.csv.tmp', 'b\n')
    await f.put('c.txt', 'c\n')
    expect(await f.take()).toEqual([])
    await f.add('a.csv', 'more\n')
    expect(await f.take()).toEqual([])
    expect(await f.take()).toEqual(['a\nmore\n'])
    expect([await f.files('out'), await f.files('archive')]).toEqual([['.b.csv.tmp', 'c.txt'], ['a.csv']])
  })

  test('the same content is known under every name; another content under the same name is another document', async () => {
    await using f = await folder()
    await f.put('a.csv', 'one\n')
    await f.take()
    expect(await f.take()).toEqual(['one\n'])
    await f.put('a.csv', 'second\n')
    await f.put('copy.csv', 'one\n')
    await f.take()
    expect(await f.take()).toEqual(['second\n'])
    expect([await f.files('out'), await f.files('archive')]).toEqual([[], ['a.csv', 'a.csv.1', 'copy.csv']])
  })

  test('a file that looks cut off waits, but not for ever', async () => {
    await using f = await folder()
    await f.put('a.csv', 'half of a ro')
    await f.take()
    expect(await f.take()).toEqual([])
    f.clock.nowMs += 60_000
    expect(await f.take()).toEqual(['half of a ro'])
  })

  test('with a mark, a file is taken when its mark is there, and both are moved', async () => {
    await using f = await folder({ doneSuffix: '.done' })
    await f.put('a.csv', 'no line end')
    expect(await f.take()).toEqual([])
    await f.put('a.csv.done', '')
    expect(await f.take()).toEqual(['no line end'])
    expect([await f.files('out'), await f.files('archive')]).toEqual([[], ['a.csv', 'a.csv.done']])
  })

  test('what nobody can read goes to the error folder, and so does what is too large, unread', async () => {
    await using f = await folder()
    await f.put('a.csv', '<html>\n')
    await f.put('b.csv', 'x'.repeat(101))
    await f.take()
    expect(await f.take()).toEqual(['<html>\n', ''])
    expect(await f.files('error')).toEqual(['a.csv', 'b.csv'])
    expect(tooLargeIssue({ file: 'b.csv', tooLarge: 'yes', sizeBytes: '101' }, 100, '/error')).toMatchObject({
      code: 'file.too-large',
      value: '101 bytes',
    })
    expect(tooLargeIssue({ file: 'a.csv' }, 100, '/error')).toBeUndefined()
  })

  test('a file that was written anew after it was read is not moved in its place', async () => {
    await using f = await folder()
    await f.put('a.csv', 'one\n')
    await f.look()
    const [fetched] = await f.look()
    await f.put('a.csv', 'another\n')
    await moveAway(f.context.sftp, f.inbox, fetched?.meta ?? {})
    expect([await f.files('out'), await f.files('archive')]).toEqual([['a.csv'], []])
  })

  test('the same count of another time is another document', async () => {
    await using f = await folder({ timeOf: (file) => instantFromEpochMs(Number(/\d+/.exec(file.name)?.[0])) })
    await f.put('inv_1000.csv', 'A,5\n')
    await f.put('inv_2000.csv', 'A,5\n')
    await f.put('inv_2000_again.csv', 'A,5\n')
    await f.look()
    expect((await f.look()).map((each) => each.sourceKey.slice(-24))).toEqual([
      '1970-01-01T00:00:01.000Z',
      '1970-01-01T00:00:02.000Z',
      '1970-01-01T00:00:02.000Z',
    ])
  })

  test('our own files are laid down whole, and found in the folder or in the archive of the partner', async () => {
    await using f = await folder()
    const { sftp } = f.context
    const root = f.inbox.outFolder.replace(/\/out$/, '')
    const folders = { inFolder: `${root}/out`, outFolder: `${root}/out` }
    const bytes = new TextEncoder().encode('order\n')
    expect(await publishFile(sftp, folders, { name: 'ord_1.csv', bytes })).toEqual({
      kind: 'accepted',
      reference: 'ord_1.csv',
    })
    expect(await findFile(sftp, folders, 'ord_1.csv', false)).toMatchObject({ kind: 'present' })
    expect(await findFile(sftp, folders, 'ord_2.csv', false)).toMatchObject({ kind: 'undecided' })
    expect(await findFile(sftp, folders, 'ord_2.csv', true)).toEqual({ kind: 'absent' })
    const kept = { ...folders, partnerArchiveFolder: `${root}/kept` }
    await sftp.session((session) => session.move(folders.inFolder, 'ord_1.csv', kept.partnerArchiveFolder))
    expect(await findFile(sftp, kept, 'ord_1.csv', false)).toMatchObject({ kind: 'present' })
    expect(await findFile(sftp, kept, 'ord_2.csv', false)).toEqual({ kind: 'absent' })
    expect(await checkFolders(sftp, folders)).toMatchObject({ ok: true })
    expect(await checkFolders(sftp, { ...folders, inFolder: `${root}/nowhere` })).toMatchObject({
      ok: false,
      fault: 'config',
    })
  })
})
