/** The app's secret and access tokens: client-credentials grant with a 24-hour life, and secret rotation. */
import { createHmac } from 'node:crypto'

/** 24 hours less a second, as the real endpoint tells it. */
const TOKEN_LIFE_S = 86_399

export type TokenAnswer = { status: number; body: object }
export type Credentials = ReturnType<typeof createCredentials>

export function createCredentials(
  settings: { clientId: string; clientSecret: string; accessToken: string | undefined },
  now: () => number,
  newId: () => string,
) {
  let secret = settings.clientSecret
  let old: { secret: string; signsUntilMs: number } | undefined
  const expiryByToken = new Map<string, number>()
  if (settings.accessToken !== undefined) expiryByToken.set(settings.accessToken, Number.POSITIVE_INFINITY)

  /** Which secret signs now: after a rotation the old one may go on for a while (up to an hour in the real store). */
  const signingSecret = (): string => (old !== undefined && now() < old.signsUntilMs ? old.secret : secret)

  function grant(form: Record<string, unknown>): TokenAnswer {
    if (form['grant_type'] !== 'client_credentials') return { status: 400, body: { error: 'unsupported_grant_type' } }
    const known = form['client_secret'] === secret || form['client_secret'] === old?.secret
    // The real endpoint's refusal of wrong credentials is not documented; this one is OAuth 2's (RFC 6749, 5.2).
    if (form['client_id'] !== settings.clientId || !known) return { status: 401, body: { error: 'invalid_client' } }
    const token = `shpat_${newId().replaceAll('-', '')}`
    expiryByToken.set(token, now() + TOKEN_LIFE_S * 1000)
    return { status: 200, body: { access_token: token, scope: SCOPES, expires_in: TOKEN_LIFE_S } }
  }

  return {
    grant,
    accepts: (token: string | undefined): boolean => token !== undefined && now() < (expiryByToken.get(token) ?? 0),
    /** Base64 HMAC-SHA256 over the raw bytes, the value of `X-Shopify-Hmac-Sha256`. */
    sign: (body: Buffer): string => createHmac('sha256', signingSecret()).update(body).digest('base64'),
    rotateSecret: (next: string, keepSigningWithOldMs: number): void => {
      old = { secret, signsUntilMs: now() + keepSigningWithOldMs }
      secret = next
    },
    /** Takes every granted token back, as an uninstalled or re-scoped app would see it. */
    revokeTokens: (): void => expiryByToken.clear(),
  }
}

const SCOPES = [
  'read_orders',
  'read_products',
  'read_locations',
  'read_inventory',
  'write_inventory',
  'read_merchant_managed_fulfillment_orders',
  'write_merchant_managed_fulfillment_orders',
].join(',')
