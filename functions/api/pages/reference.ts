/**
 * The API reference: Swagger UI over our own OpenAPI document. All of its files come from here, so the page loads
 * nothing from any other host, and says so to the browser.
 */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Hono } from 'hono'
import { Fault } from '#core/platform/fault.ts'
import type { ApiEnv } from '../context.ts'
import type { Deps } from '../deps.ts'

const TYPES = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
} as const

/** Swagger UI sets styles on elements and draws small images from data URLs; everything else is a file of ours. */
export const CONTENT_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

/** Addresses are relative, because on API Gateway the page may stand below a stage. */
const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Linekeeper API</title>
<link rel="icon" type="image/png" href="docs/favicon-32x32.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="reference"></div>
<noscript>The reference needs JavaScript. The document that it shows is at <a href="openapi.json">openapi.json</a>.</noscript>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`

const START = `SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  validatorUrl: null,
  persistAuthorization: false,
})
`

export function reference({ config }: Pick<Deps, 'config'>): Hono<ApiEnv> {
  const folder = () => config.ASSETS_DIR ?? packageFolder('swagger-ui-dist')
  return new Hono<ApiEnv>()
    .get('/docs', (c) => c.html(PAGE, 200, { 'Content-Security-Policy': CONTENT_POLICY }))
    .get('/docs/start.js', (c) => c.body(START, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }))
    .get('/docs/:file', async (c) => {
      const name = c.req.param('file')
      if (!isAsset(name)) throw new Fault('NOT_FOUND', 'There is nothing at this address.')
      const content = await readFile(join(folder(), name))
      return c.body(new Uint8Array(content), 200, {
        'Content-Type': TYPES[name],
        'Cache-Control': 'public, max-age=86400',
      })
    })
}

const isAsset = (name: string): name is keyof typeof TYPES => Object.hasOwn(TYPES, name)

const packageFolder = (name: string): string =>
  dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
