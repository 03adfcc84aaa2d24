/** What a person finds who opens the API's own address in a browser. On one machine the dashboard stands there. */
import { Hono } from 'hono'
import type { ApiEnv } from '../context.ts'

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Linekeeper</title>
<style>
body { font: 1.1rem/1.6 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem; color: #1c1e21; background: #fff; }
a { color: #0b6e4f; }
@media (prefers-color-scheme: dark) { body { color: #e6e6e6; background: #16181c; } a { color: #5fd3a6; } }
</style>
</head>
<body>
<h1>Linekeeper</h1>
<p>It keeps WhatsApp lines open for what you build on them, and it is running.</p>
<ul>
<li><a href="docs">API reference</a>, to read and to try</li>
<li><a href="openapi.json">OpenAPI document</a>, for your tools</li>
<li><a href="health">Health</a>: what works and what does not</li>
</ul>
</body>
</html>
`

const POLICY = "default-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"

export const welcome = (): Hono<ApiEnv> =>
  new Hono<ApiEnv>().get('/', (c) => c.html(PAGE, 200, { 'Content-Security-Policy': POLICY }))
