/** The OpenAPI document of all parts. */
import { Hono } from 'hono'
import type { ApiEnv } from '../context.ts'
import { documentOf } from '../openapi/document.ts'
import { descriptionsOf } from '../openapi/hono.ts'
import type { Routes } from '../routes.ts'

export const documentPage: Routes = (deps, everything) =>
  new Hono<ApiEnv>().get('/openapi.json', async (c) => {
    const routes = (await everything()).flatMap((part) => descriptionsOf(part(deps, everything)))
    return c.json(documentOf(routes, deps.config.PUBLIC_ORIGIN))
  })
