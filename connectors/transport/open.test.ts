import { expect, test } from 'vitest'
import { openTransports } from './open.ts'
import { inProcessSftpServer } from './test-sftp-server.ts'
import { testHttpServer } from './test-http-server.ts'

const limit = { max: 10, perMs: 1000, concurrency: 2 }

test('declared endpoints open, and the secret is asked for at the login only', async () => {
  await using server = await inProcessSftpServer()
  await using web = await testHttpServer((_, response) => void response.end('ok'))
  const asked: string[] = []
  const { password: _, ...target } = server.target
  const transports = openTransports(
    { http: { baseUrl: web.baseUrl, allowPrivateAddresses: true }, sftp: { ...target, passwordSecret: 'password' } },
    limit,
    (name) => {
      asked.push(name)
      return 'right'
    },
  )
  expect(asked).toEqual([])
  expect(await transports.sftp.session((session) => session.list(server.root))).toEqual([])
  expect(asked).toEqual(['password'])
  expect(await transports.http.request({ method: 'GET', path: '/' })).toMatchObject({ ok: true })
  await transports.close()
})

test('an endpoint that was not declared cannot be used', async () => {
  const transports = openTransports({}, limit, () => '')
  await expect(transports.http.request({ method: 'GET', path: '/' })).rejects.toMatchObject({ kind: 'bug' })
  await expect(transports.sftp.session(() => Promise.resolve())).rejects.toMatchObject({ kind: 'bug' })
})
