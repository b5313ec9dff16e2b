/** Our side of a partner's folders: laying files down, finding them again after doubt, and trying whether it all works. */
import { Fault, FAULT_RULES } from '#core/fault.ts'
import type { Lookup, Outcome } from '#core/outcome.ts'
import type { CheckResult, Transmission } from '../contract/connector.ts'
import type { SftpTransport } from '../contract/transport.ts'

type Folders = { inFolder: string; outFolder: string; partnerArchiveFolder?: string | undefined }

/** The file appears in the partner's folder whole or not at all; a Fault says which trouble there was. */
export async function publishFile(
  sftp: SftpTransport,
  { inFolder }: Folders,
  { name, bytes }: Pick<Transmission, 'name' | 'bytes'>,
): Promise<Outcome> {
  await sftp.session((session) => session.publish(inFolder, name, bytes))
  return { kind: 'accepted', reference: name }
}

/**
 * Whether the file reached the partner: it lies in its folder or in its archive. A file that lies in neither may have been read and
 * deleted; `harmless` says that sending it again does no harm, otherwise only an archive that can be seen proves its absence.
 */
export async function findFile(
  sftp: SftpTransport,
  folders: Folders,
  name: string,
  harmless: boolean,
): Promise<Lookup> {
  const { inFolder, partnerArchiveFolder } = folders
  for (const folder of [inFolder, ...(partnerArchiveFolder === undefined ? [] : [partnerArchiveFolder])]) {
    const file = await sftp.session((session) => session.stat(folder, name))
    if (file !== undefined) return { kind: 'present', reference: name }
  }
  if (harmless || partnerArchiveFolder !== undefined) return { kind: 'absent' }
  return { kind: 'undecided', message: `${name} is not in ${inFolder}: the partner may have read it` }
}

/** The same answer for every delivery of a file. */
export async function findDeliveries(
  sftp: SftpTransport,
  folders: Folders & { partnerDropsRepeats: boolean },
  { name, deliveries }: Transmission,
): Promise<Record<string, Lookup>> {
  const found = await findFile(sftp, folders, name, folders.partnerDropsRepeats)
  return Object.fromEntries(deliveries.map(({ instructionId }) => [instructionId, found]))
}

/** Logs in and lists both folders. */
export async function checkFolders(sftp: SftpTransport, { inFolder, outFolder }: Folders): Promise<CheckResult> {
  try {
    await sftp.session(async (session) => {
      await session.list(inFolder)
      await session.list(outFolder)
    })
    return { ok: true, detail: `logged in; ${inFolder} and ${outFolder} are there` }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const fault = error.kind === 'auth' || error.kind === 'config' ? error.kind : 'transient'
    return { ok: false, fault, detail: error.message, cure: FAULT_RULES[fault].cure }
  }
}
