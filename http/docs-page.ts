/** One page for people: every address with what it takes and answers, and every problem type. No script; its one style is named by its hash. */
import { createHash } from 'node:crypto'
import { PROBLEMS } from './problem.ts'
import type { Route } from './route.ts'

const STYLE = `
:root { color-scheme: light dark; --line: #8885; --soft: #8882; --get: #0a7f5a; --put: #a15c00; --post: #2456c9 }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
h1 { margin-bottom: .2rem } h2 { margin-top: 2.2rem; text-transform: capitalize }
nav a { margin-right: 1rem } code { font: .9em ui-monospace, monospace }
article { border-top: 1px solid var(--line); padding: .7rem 0 }
article p { margin: .2rem 0 } article h3 { margin: 0; font-weight: 500; font-size: 1em; overflow-wrap: anywhere }
b { display: inline-block; min-width: 3.2rem } .get b { color: var(--get) } .put b { color: var(--put) } .post b { color: var(--post) }
small { opacity: .75 } table { border-collapse: collapse; width: 100% }
td { border-top: 1px solid var(--line); padding: .35rem .8rem .35rem 0; vertical-align: top }
tr:target { background: var(--soft) } pre { background: var(--soft); padding: .8rem; overflow-x: auto }
`

/** The page's own Content-Security-Policy: nothing may be loaded, and no style but this one applies. */
export const DOCS_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; frame-ancestors 'none'`

export function docsPage(routes: readonly Route[], version: string): string {
  const tags = [...Map.groupBy(routes, (each) => each.tag)]
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Crossdock API ${escape(version)}</title>
<style>${STYLE}</style>
<h1>Crossdock API ${escape(version)}</h1>
<p>Made from the routes themselves, as is <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1), which any client generator reads.
<nav>${tags.map(([tag]) => `<a href="#${anchor(tag)}">${escape(tag)}</a>`).join('')}<a href="#problems">problems</a></nav>
<p>A key is made with <code>npx crossdock keys create &lt;name&gt; --scope &lt;scope&gt;</code> and sent as a header:
<pre>curl -H 'authorization: Bearer dom_…' 'http://127.0.0.1:8080/v1/orders?limit=3'</pre>
${tags.map(([tag, group]) => section(tag, group)).join('\n')}
<h2 id="problems">Problems</h2>
<p>Errors are <code>application/problem+json</code> (RFC 9457): where, what, and the cure. Their <code>type</code> points here.
<table>
${Object.entries(PROBLEMS)
  .map(([code, { status, title }]) => `<tr id="${code}"><td>${status}<td><code>${code}</code><td>${escape(title)}.`)
  .join('\n')}
</table>
</html>
`
}

const section = (tag: string, routes: readonly Route[]): string =>
  `<h2 id="${anchor(tag)}">${escape(tag)}</h2>\n${routes.map(item).join('\n')}`

const item = (route: Route): string => `<article class="${route.method}" id="${escape(route.name)}">
<h3><b>${route.method.toUpperCase()}</b> <code>${escape(route.path)}</code></h3>
<p>${prose(route.summary)}${route.description === undefined ? '' : `\n<p>${prose(route.description)}`}
<p><small>${escape(details(route).join(' · '))}</small>
</article>`

function details({ scopes, query, rawBody, answers }: Route): string[] {
  const parameters = Object.keys(query?.shape ?? {})
  return [
    scopes === undefined ? 'no key' : `scope ${scopes.join(' or ')}`,
    ...(parameters.length === 0 ? [] : [`query ${parameters.join(', ')}`]),
    ...(rawBody === undefined ? [] : [`body ${rawBody.join(', ')}`]),
    `answers ${Object.entries(answers)
      .map(([status, { description }]) => `${status} ${description}`)
      .join(' ')}`,
  ]
}

const anchor = (tag: string): string => escape(tag.replaceAll(' ', '-'))

const prose = (text: string): string => escape(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>')

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
