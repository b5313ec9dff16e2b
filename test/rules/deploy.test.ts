/** What can be said about the deployment without a Docker engine. That its processes work is shown in test/processes/. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { Network } from '#app/network-file.ts'
import { readSettings } from '#app/settings.ts'
import { dockerfile, readCompose } from './compose.ts'
import { ROOT, readText, sourceFiles } from './files.ts'
import { filesReachedFrom } from './reach.ts'

const compose = readCompose()
const services = Object.entries(compose.services)
const folder = mkdtempSync(join(tmpdir(), 'crossdock-deploy-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** sshd cannot lock a session into a folder without root; what else root could do is taken from it. */
const NEEDS_ROOT = ['sftp']
/** These images start as root to prepare their volume and step down by themselves. */
const STEPS_DOWN = ['postgres']

test('every name that a service uses is defined, and nothing is defined for nobody', () => {
  const used = (pick: (service: (typeof services)[number][1]) => string[]): string[] =>
    [...new Set(services.flatMap(([, service]) => pick(service)))].sort()
  expect(used((each) => each.secrets)).toEqual(Object.keys(compose.secrets).toSorted())
  expect(used((each) => each.configs.map((config) => config.source))).toEqual(Object.keys(compose.configs).toSorted())
  expect(used((each) => each.networks)).toEqual(Object.keys(compose.networks).toSorted())
  expect(used((each) => each.volumes.map((volume) => volume.split(':')[0] ?? ''))).toEqual(
    Object.keys(compose.volumes).toSorted(),
  )
  expect(used((each) => Object.keys(each.depends_on)).filter((name) => !(name in compose.services))).toEqual([])
})

test('there is one API, more than one worker, both from one image, and they wait for healthy servers', () => {
  const { http, worker } = compose.services
  expect(http?.command).toEqual(['node', 'app/cli/main.ts', 'start', '--role', 'http'])
  expect(worker?.command).toEqual(['node', 'app/cli/main.ts', 'start', '--role', 'worker'])
  expect(worker?.image).toBe(http?.image)
  expect(worker?.deploy?.replicas).toBeGreaterThan(1)
  expect(worker?.ports).toEqual([])
  for (const each of [http, worker])
    expect(Object.values(each?.depends_on ?? {}).map((on) => on.condition)).toEqual([
      'service_healthy',
      'service_healthy',
    ])
})

test('no service is root, or says why; none can gain rights it does not have', () => {
  const userOfImage = dockerfile('Dockerfile').findLast((each) => each.instruction === 'USER')?.rest
  for (const [name, service] of services) {
    if (STEPS_DOWN.includes(name)) continue
    expect(service.cap_drop, name).toEqual(['ALL'])
    expect(service.security_opt, name).toContain('no-new-privileges:true')
    if (!NEEDS_ROOT.includes(name)) expect(service.user ?? userOfImage, name).not.toMatch(/^(root|0)?$/)
  }
})

test('every image names its version, and none is "latest"', () => {
  const images = services.flatMap(([, service]) => service.image ?? [])
  const bases = ['Dockerfile', 'deploy/sftp/Dockerfile'].flatMap((path) =>
    dockerfile(path).flatMap((each) => (each.instruction === 'FROM' ? (each.rest.split(' ')[0] ?? '') : [])),
  )
  for (const image of [...images, ...bases]) expect(image).toMatch(/^[a-z/-]+:(?!latest)[\w.-]+$/)
  const node = (JSON.parse(readText('package.json')) as { devDependencies: { node: string } }).devDependencies.node
  expect(bases.filter((base) => base.startsWith('node:'))).toEqual(Array(2).fill(`node:${node}-bookworm-slim`))
})

test('the queue server appends to disk and never evicts; the database syncs', () => {
  expect(compose.services['valkey']?.command?.join(' ')).toMatch(/--appendonly yes .*--maxmemory-policy noeviction/)
  expect(compose.services['postgres']?.command?.join(' ')).toMatch(/fsync=on .*synchronous_commit=on/)
})

test('no secret stands in an environment variable, and each secret file is made by deploy/make-secrets', () => {
  for (const [name, service] of services)
    for (const [variable, value] of Object.entries(service.environment)) {
      if (/PASSWORD|SECRET|TOKEN|_URL/.test(variable)) expect(`${name}: ${variable}`).toMatch(/_FILE$/)
      if (variable.endsWith('_FILE')) expect(service.secrets).toContain(value.replace('/run/secrets/', ''))
    }
  execFileSync(join(ROOT, 'deploy/make-secrets'), [join(folder, 'secrets')])
  for (const { file } of Object.values(compose.secrets)) {
    expect(file).toMatch(/^deploy\/secrets\//)
    expect(readFileSync(join(folder, file.slice('deploy/'.length)), 'utf8').length).toBeGreaterThan(40)
  }
  expect(statSync(join(folder, 'secrets')).mode & 0o777).toBe(0o700)
  const made = readFileSync(join(folder, 'secrets/database_url'), 'utf8')
  execFileSync(join(ROOT, 'deploy/make-secrets'), [join(folder, 'secrets')])
  expect(readFileSync(join(folder, 'secrets/database_url'), 'utf8')).toBe(made)
})

test('the hub reads the settings that the services give it, secret files too', () => {
  for (const role of ['http', 'worker']) {
    const environment = compose.services[role]?.environment ?? {}
    const local = Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [name, value.replace('/run/', `${folder}/`)]),
    )
    const settings = readSettings(local)
    expect(new URL(settings.databaseUrl ?? '').host, role).toBe('postgres:5432')
    expect(new URL(settings.redisUrl ?? '').host, role).toBe('valkey:6379')
  }
})

test('the files that services are given are there and right', () => {
  for (const { file } of Object.values(compose.configs)) expect(existsSync(join(ROOT, file)), file).toBe(true)
  expect(Network.safeParse(JSON.parse(readText('deploy/network.json'))).success).toBe(true)
})

test('the image holds every file that the command line reaches', () => {
  const copied = dockerfile('Dockerfile').flatMap(({ instruction, rest }) =>
    instruction === 'COPY' && !rest.startsWith('--from') ? rest.split(' ').slice(0, -1) : [],
  )
  const left = readText('.dockerignore')
    .split('\n')
    .filter((line) => line.startsWith('app/'))
  for (const file of filesReachedFrom(sourceFiles(), 'app/cli/main.ts')) {
    expect(copied, file).toContain(file.split('/')[0])
    expect(
      left.filter((each) => file.startsWith(`${each}/`)),
      file,
    ).toEqual([])
  }
  for (const name of copied) expect(readText('.dockerignore').split('\n')).toContain(`!${name}`)
})

test('the image has a health check, another user than root, and no shell around the hub', () => {
  const steps = dockerfile('Dockerfile')
  expect(steps.find((each) => each.instruction === 'HEALTHCHECK')?.rest).toContain('CROSSDOCK_HEALTH_URL')
  expect(steps.findLast((each) => each.instruction === 'USER')?.rest).toBe('node')
  expect(steps.findLast((each) => each.instruction === 'CMD')?.rest).toBe('["node", "app/cli/main.ts", "start"]')
})

test('the shell scripts of the deployment parse', () => {
  for (const path of ['deploy/make-secrets', 'deploy/sftp/entrypoint', '.ci/run'])
    expect(spawnSync('bash', ['-n', join(ROOT, path)]).status, path).toBe(0)
})

const sshd = '/usr/sbin/sshd'
if (process.env['CROSSDOCK_REQUIRE_SERVERS'] === '1' && !existsSync(sshd))
  throw new Error('CROSSDOCK_REQUIRE_SERVERS=1 needs OpenSSH (apt-get install openssh-server)')

if (existsSync(sshd)) {
  test('OpenSSH takes the SFTP server’s settings', () => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'host')])
    const settings = readText('deploy/sftp/sshd_config')
      .replace(/^HostKey .*ed25519.*$/m, `HostKey ${folder}/host`)
      .replace(/^HostKey .*rsa.*$/m, '')
    writeFileSync(join(folder, 'sshd_config'), settings)
    const checked = spawnSync(sshd, ['-t', '-f', join(folder, 'sshd_config')], { encoding: 'utf8' })
    expect(checked.stderr).toBe('')
    expect(checked.status).toBe(0)
  })
}
