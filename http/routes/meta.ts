/** The API about itself. */
import { DOCS_POLICY, docsPage } from '../docs-page.ts'
import { openApiDocument } from '../openapi.ts'
import { type Route, route } from '../route.ts'
import type { Shared } from '../shared.ts'

/** `all` gives every route of the app, these two included; the texts are made once, on first demand. */
export function metaRoutes({ deps }: Shared, all: () => readonly Route[]): Route[] {
  let json: string | undefined
  let html: string | undefined
  return [
    route({
      method: 'get',
      path: '/openapi.json',
      name: 'openapi',
      tag: 'about',
      summary: 'This description, OpenAPI 3.1.',
      answers: { 200: { description: 'The document.', mediaType: 'application/json' } },
      handle: () => {
        json ??= JSON.stringify(openApiDocument(all(), deps.version))
        return { status: 200, content: { type: 'application/json', data: json } }
      },
    }),
    route({
      method: 'get',
      path: '/docs',
      name: 'docs',
      tag: 'about',
      summary: 'All addresses and all problem types on one page.',
      answers: { 200: { description: 'A page.', mediaType: 'text/html' } },
      handle: () => {
        html ??= docsPage(all(), deps.version)
        return {
          status: 200,
          content: { type: 'text/html; charset=utf-8', data: html },
          headers: { 'content-security-policy': DOCS_POLICY },
        }
      },
    }),
  ]
}
