import { createApiKey, listApiKeys, revokeApiKey, type Scope, SCOPES } from '#store/api-keys.ts'
import { systemClock } from '../clock.ts'
import { type Command, text, UsageError } from './command.ts'
import { withDatabase } from './with-database.ts'

export const keys: Command = {
  name: 'keys',
  summary: 'Create, list and revoke API keys.',
  usage: 'keys create <name> --scope <scope>… | keys list | keys revoke <id>',
  options: { scope: { type: 'string', multiple: true }, json: { type: 'boolean' } },
  examples: [
    'crossdock keys create erp --scope stock:write',
    'crossdock keys list --json',
    'crossdock keys revoke 4f2a9c01b3d7',
  ],
  run: async ({ positionals, values, settings, print }) => {
    const [action, subject] = positionals
    const now = systemClock.now()
    return withDatabase(settings, async (db) => {
      if (action === 'create') {
        const name = subject ?? 'unnamed'
        const scopes = parseScopes(values['scope'])
        const { key } = await createApiKey(db, name, scopes, now)
        print(
          values['json'] === true
            ? JSON.stringify({ name, scopes, key })
            : `${key}\nThis is the only time the key is shown. Scopes: ${scopes.join(', ')}.`,
        )
        return 0
      }
      if (action === 'list') {
        const all = await listApiKeys(db)
        if (values['json'] === true) print(JSON.stringify(all))
        else
          for (const key of all)
            print(
              `${key.id}  ${key.name}  ${key.scopes.join(',')}  ${key.revokedAt === null ? 'active' : `revoked ${key.revokedAt}`}`,
            )
        return 0
      }
      if (action === 'revoke' && subject !== undefined) {
        const revoked = await revokeApiKey(db, subject, now)
        print(revoked ? `Revoked ${subject}.` : `There is no active key ${subject}.`)
        return revoked ? 0 : 1
      }
      throw new UsageError('say what to do: keys create <name>, keys list, or keys revoke <id>')
    })
  },
}

function parseScopes(value: unknown): Scope[] {
  const named = (Array.isArray(value) ? value : []).map((each) => text(each as string) ?? '')
  const unknown = named.filter((each) => !SCOPES.includes(each as Scope))
  if (named.length === 0 || unknown.length > 0)
    throw new UsageError(
      `${unknown.length > 0 ? `there is no scope ${unknown.join(', ')}; ` : 'name at least one --scope; '}there are ${SCOPES.join(', ')}`,
    )
  return named as Scope[]
}
