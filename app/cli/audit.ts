/** The audit chain from the command line: is it whole, where does it end, and what did people do? */
import { type Call, type Command, text, UsageError } from './command.ts'
import { type Desk, DESK_OPTIONS, withDesk } from './desk.ts'

type Head = { seq: number; hash: string }
type Verified = {
  checked: number
  broken: { seq: number; source: string; id: string; problem: 'removed' | 'changed' | 'gap' }[]
  unlinked: { source: string; id: string }[]
  head: Head
  done: boolean
}
type Action = { id: string; at: string; actor: string; action: string; subject: string; detail: string | null }

const SAYS = {
  removed: 'was removed',
  changed: 'is not what it was',
  gap: 'follows a gap: links before it are gone',
}

export const audit: Command = {
  name: 'audit',
  summary: 'Prove that no fact and no action was changed since it was written; list what people did.',
  usage: 'audit [verify [--head <seq>:<hash>] | head | actions] [--url <url>] [--json]',
  options: { ...DESK_OPTIONS, head: { type: 'string' } },
  examples: ['crossdock audit verify', 'crossdock audit head', 'crossdock audit actions'],
  run: async (call) => {
    const [action = 'verify'] = call.positionals
    if (action === 'verify') return withDesk(call, (desk) => verify(call, desk))
    if (action === 'head') return withDesk(call, (desk) => head(call, desk))
    if (action === 'actions') return withDesk(call, (desk) => actions(call, desk))
    throw new UsageError('say what to do: verify, head or actions')
  },
}

async function verify({ print, values }: Call, desk: Desk): Promise<number> {
  const kept = keptHead(text(values['head']))
  const json = values['json'] === true
  const all: Verified = { checked: 0, broken: [], unlinked: [], head: { seq: 0, hash: '' }, done: false }
  let keptIsThere = kept === undefined
  while (!all.done) {
    const from = all.head.seq === 0 ? '' : `?after=${all.head.seq}&hash=${all.head.hash}`
    const page = (await desk.ask(`/v1/audit/verify${from}`)) as Verified
    keptIsThere ||= await passesThrough(desk, kept, page, all.head)
    Object.assign(all, {
      checked: all.checked + page.checked,
      broken: [...all.broken, ...page.broken],
      unlinked: page.unlinked,
      head: page.head,
      done: page.done,
    })
    if (!json && !page.done) print(`${all.checked} links checked`)
  }
  const ok = all.broken.length === 0 && all.unlinked.length === 0 && keptIsThere
  if (json) print(JSON.stringify({ ok, ...all, keptIsThere }))
  else {
    for (const each of all.broken) print(`${each.seq}  ${each.source} ${each.id} ${SAYS[each.problem]}`)
    for (const each of all.unlinked) print(`${each.source} ${each.id} was written past the chain`)
    if (!keptIsThere) print('The head that you kept is not in this chain: it was written anew since.')
    print(
      ok
        ? `${all.checked} links, none broken. Head: ${all.head.seq}:${all.head.hash}`
        : 'The chain is broken: keep this output and a copy of the database.',
    )
  }
  return ok ? 0 : 1
}

/** A kept head lies within a page when verifying up to it gives the very hash that was kept. */
async function passesThrough(desk: Desk, kept: Head | undefined, page: Verified, from: Head): Promise<boolean> {
  if (kept === undefined || kept.seq > page.head.seq || kept.seq <= from.seq) return false
  const { hash } = (await desk.ask(`/v1/audit/links/${kept.seq}`)) as Head
  return hash === kept.hash
}

function keptHead(given: string | undefined): Head | undefined {
  if (given === undefined) return undefined
  const match = /^(\d{1,15}):([0-9a-f]{64})$/.exec(given)
  if (match?.[1] === undefined || match[2] === undefined)
    throw new UsageError('--head is what crossdock audit head printed: <seq>:<hash>')
  return { seq: Number(match[1]), hash: match[2] }
}

async function head({ print, values }: Call, desk: Desk): Promise<number> {
  const { seq, hash } = (await desk.ask('/v1/audit/head')) as Head
  print(values['json'] === true ? JSON.stringify({ seq, hash }) : `${seq}:${hash}`)
  return 0
}

async function actions({ print, values }: Call, desk: Desk): Promise<number> {
  const { items } = (await desk.ask('/v1/audit/actions?limit=200')) as { items: Action[] }
  if (values['json'] === true) print(JSON.stringify(items))
  else if (items.length === 0) print('Nobody did anything by hand yet.')
  else
    for (const each of items)
      print(
        `${each.at}  ${each.actor}  ${each.action}  ${each.subject}${each.detail === null ? '' : `  ${each.detail}`}`,
      )
  return 0
}
