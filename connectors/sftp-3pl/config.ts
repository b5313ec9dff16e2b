/** Settings of a 3PL that trades CSV files: where its folders are, and the profile of its files. */
import { z } from 'zod'
import { layoutOf, profileFaults } from '#mappings/sftp-3pl/layout.ts'
import type { Layout } from '#mappings/sftp-3pl/layout.ts'
import { PRESETS } from '#mappings/sftp-3pl/presets.ts'
import type { PresetName } from '#mappings/sftp-3pl/presets.ts'
import { Profile } from '#mappings/sftp-3pl/profile.ts'
import { sftpFolders, sftpLogin } from '../contract/sftp-settings.ts'

const NAMES = Object.keys(PRESETS) as [PresetName, ...PresetName[]]

export const Sftp3plConfig = z
  .object({
    ...sftpLogin,
    ...sftpFolders,
    maxFileBytes: z.int().min(1_000).max(50_000_000).default(20_000_000).describe('Largest file of theirs.'),
    preset: z.enum(NAMES).optional().describe('A published layout; profile then says only what is different.'),
    profile: z
      .record(z.string(), z.json())
      .default({})
      .describe(
        'The files of the partner: docs/connectors/setup/sftp-3pl.md. Each section stands in for that of the preset.',
      ),
  })
  .transform((config, context) => {
    const { preset, profile: own, ...rest } = config
    const profile = Profile.safeParse({ ...(preset === undefined ? {} : PRESETS[preset]), ...own })
    if (!profile.success) {
      for (const issue of profile.error.issues)
        context.addIssue({ code: 'custom', path: ['profile', ...issue.path], message: issue.message })
      return z.NEVER
    }
    const faults = profileFaults(profile.data)
    for (const message of faults) context.addIssue({ code: 'custom', path: ['profile'], message })
    return faults.length > 0 ? z.NEVER : { ...rest, profile: profile.data }
  })
export type Sftp3plConfig = z.output<typeof Sftp3plConfig>

const compiled = new WeakMap<Profile, Layout>()

/** Compiled once a config. */
export function layoutFor({ profile }: Sftp3plConfig): Layout {
  const known = compiled.get(profile) ?? layoutOf(profile)
  compiled.set(profile, known)
  return known
}
