import { createCipheriv, randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { readConfig } from './config.ts'
import { sealedSecrets } from './sealed.ts'

async function sealed(links: unknown) {
  const folder = await mkdtemp(join(tmpdir(), 'sealed-'))
  const key = randomBytes(32)
  const cipher = createCipheriv('aes-256-gcm', key, Buffer.alloc(12))
  const file = join(folder, 'resource.enc')
  await writeFile(
    file,
    Buffer.concat([cipher.update(JSON.stringify(links)), cipher.final(), cipher.getAuthTag()]),
  )
  return {
    env: { SST_KEY: key.toString('base64'), SST_KEY_FILE: file },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}

test('secrets come from the file beside the code', async () => {
  const Secrets = { TWILIO_AUTH_TOKEN: 'abc', OPENAI_API_KEY: '', type: 'sst.sst.Linkable' }
  await using file = await sealed({ App: { name: 'linekeeper' }, Secrets })
  expect(sealedSecrets(file.env)).toEqual({ TWILIO_AUTH_TOKEN: 'abc' })
})

test('they count as if they stood in the environment', async () => {
  await using file = await sealed({ Secrets: { TOKEN: 'abc' } })
  const schema = z.object({ TOKEN: z.string(), NAME: z.string() })
  expect(readConfig(schema, { ...file.env, NAME: 'x' })).toEqual({ TOKEN: 'abc', NAME: 'x' })
})

test('nothing is linked, or nothing is sealed', async () => {
  await using file = await sealed({})
  expect(sealedSecrets(file.env)).toEqual({})
  expect(sealedSecrets({})).toEqual({})
})

test('a file that was changed is refused', async () => {
  await using file = await sealed({ Secrets: { TOKEN: 'abc' } })
  expect(() => sealedSecrets({ ...file.env, SST_KEY: randomBytes(32).toString('base64') })).toThrow()
})
