/** The five named entities and numeric references, decoded in a single pass: what was decoded is never looked at again. */

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

export type DecodedText = { ok: true; text: string } | { ok: false; reference: string }

export function decodeEntities(text: string): DecodedText {
  if (!text.includes('&')) return { ok: true, text }
  let bad: string | undefined
  const decoded = text.replace(/&([^;&\s]{0,12});|&/g, (whole, name: string | undefined) => {
    const value = name === undefined ? undefined : Object.hasOwn(NAMED, name) ? NAMED[name] : numeric(name)
    if (value === undefined) bad ??= whole
    return value ?? ''
  })
  return bad === undefined ? { ok: true, text: decoded } : { ok: false, reference: bad }
}

function numeric(name: string): string | undefined {
  const [, hex, decimal] = /^#(?:x([0-9a-fA-F]+)|([0-9]+))$/.exec(name) ?? []
  const code = hex === undefined ? Number.parseInt(decimal ?? '', 10) : Number.parseInt(hex, 16)
  return isXmlCharacter(code) ? String.fromCodePoint(code) : undefined
}

/** XML 1.0, production 2. False for NaN. */
function isXmlCharacter(code: number): boolean {
  if (code === 9 || code === 10 || code === 13) return true
  return (code >= 0x20 && code <= 0xd7ff) || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff)
}
