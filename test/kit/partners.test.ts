/** Every partner that is data alone: what its files say, and what is written to it, is what was recorded. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { tryPartner } from '#app/cli/partner-folder.ts'
import { textOf } from '#app/cli/partner-test.ts'

const folders = readdirSync('partners', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => `partners/${entry.name}`)

test('there are partners to look at, each with what was recorded of it', () => {
  expect(folders.length).toBeGreaterThan(1)
  expect(folders.filter((folder) => !existsSync(`${folder}/expected.json`))).toEqual([])
})

test.each(folders)('%s', async (folder) => {
  const tried = await tryPartner(folder)
  expect(textOf(tried)).toBe(readFileSync(`${folder}/expected.json`, 'utf8'))
  expect(Object.values(tried.reads).flatMap((each) => each.refused)).toEqual([])
})
