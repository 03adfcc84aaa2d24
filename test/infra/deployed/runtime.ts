/** The inside of a process that stands for Lambda's runtime: loads `module.export`, runs it for each event that comes. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

type Handler = (event: unknown, context: unknown) => unknown

const [module, name] = String(process.argv[2]).split('.') as [string, string]
const began = performance.now()
const loaded = (await import(pathToFileURL(join(process.cwd(), `${module}.cjs`)).href)) as Record<
  string,
  Handler
>
const handler = loaded[name]
if (!handler) throw new Error(`the bundle has no ${name}`)

process.on('message', async ({ id, event }: { id: number; event: unknown }) => {
  const start = performance.now()
  const context = {
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    awsRequestId: `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`,
    getRemainingTimeInMillis: () => 10_000,
    callbackWaitsForEmptyEventLoop: true,
  }
  try {
    const result = await handler(event, context)
    process.send?.({ id, result: result ?? null, ms: performance.now() - start })
  } catch (error) {
    const { name: kind, message } = error as Error
    process.send?.({ id, error: { name: kind, message }, ms: performance.now() - start })
  }
})
process.send?.({ ready: { importMs: performance.now() - began } })
