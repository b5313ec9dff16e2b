/**
 * Medusa's inventory module on the same PostgreSQL in the same run: reservations a second on one item, over a thousand, and of three
 * lines. It is 271 MB, so it is no dependency of ours; where it is installed, `MEDUSA` names the folder:
 * `npm i @medusajs/framework@2 @medusajs/inventory@2 @medusajs/test-utils@2 @medusajs/medusa@2 --ignore-scripts`
 */
import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { createDatabase, dropDatabase } from '#store/databases.ts'

export type MedusaFigures = { hot: number; spread: number; threeLines: number }

/** Undefined where it is not installed. */
export async function medusaFigures(): Promise<MedusaFigures | undefined> {
  const { MEDUSA: folder, DATABASE_URL: server } = process.env
  if (folder === undefined || server === undefined) return undefined
  process.stderr.write('claims on Medusa\n')
  const database = `crossdock_bench_medusa_${randomBytes(4).toString('hex')}`
  const url = await createDatabase(server, database)
  try {
    return await ask(url)
  } finally {
    await dropDatabase(server, database)
  }
}

function ask(url: string): Promise<MedusaFigures> {
  return new Promise((resolve, reject) => {
    const peer = fork(fileURLToPath(new URL('medusa-peer.cjs', import.meta.url)), [], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { ...process.env, MEDUSA_URL: url, LOG_LEVEL: 'error', MEDUSA_DISABLE_TELEMETRY: 'true' },
    })
    let figures: MedusaFigures | undefined
    peer.once('message', (told) => {
      figures = told as MedusaFigures
      peer.kill('SIGKILL')
    })
    peer.once('exit', () => {
      if (figures === undefined) reject(new Error('Medusa could not be measured; what it says stands above'))
      else resolve(figures)
    })
  })
}
