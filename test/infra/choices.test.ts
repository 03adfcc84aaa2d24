/** What a person gets wrong when deploying ends the deployment with a sentence, before anything is touched. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { stageOf } from '../../stacks/stage.ts'
import { ROOT } from './evaluate/layout.ts'
import { evaluateOne } from './variants.ts'

test.each([
  [{ DOMAIN: 'https://api.example.org' }, 'DOMAIN must be a host name'],
  [{ DASHBOARD_DOMAIN: 'lines example' }, 'DASHBOARD_DOMAIN must be a host name'],
  [{ ALARM_EMAIL: 'ops' }, 'ALARM_EMAIL must be an e-mail address'],
  [{ SHARDS: 'many' }, 'SHARDS must be a whole number'],
  [{ SHARDS: '8' }, 'SHARDS must be at least 16'],
  [{ WHATSAPP_URL: 'wss://x.example.org' }, 'belong together'],
  [
    { WHATSAPP_URL: 'wss://x.example.org', WHATSAPP_ROOT_KEY: 'ab'.repeat(32) },
    'Production talks to WhatsApp itself',
  ],
  [{ RESTORED_TABLES: 'mian=x' }, 'tables are main, events, messages, devices'],
  [{ CONVERSATION_TTL_HOURS: 'soon' }, 'CONVERSATION_TTL_HOURS'],
  [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL'],
])('%j', (choices, sentence) => {
  expect(() => stageOf('production', choices)).toThrow(sentence)
})

test('what is empty was not chosen', () => {
  const empty = { DOMAIN: '', SHARDS: '', LOG_LEVEL: '' }
  expect(stageOf('production', empty)).toEqual(stageOf('production', {}))
})

test('a stage that is neither production nor staging is somebody’s own', () => {
  const [own, staging, production] = ['frank', 'staging', 'production'].map((name) => stageOf(name, {}))
  expect(own?.connectors.min).toBe(1)
  expect([own, staging, production].map((stage) => stage?.production)).toEqual([false, false, true])
  expect(stageOf('production-eu', {})).toEqual(production)
  expect(stageOf('staging-2', {})).toEqual(staging)
  expect(stageOf('productive', {})).toEqual(own)
  expect(own!.shards).toBeLessThan(production!.shards)
})

test.each([
  ['without the master key', '', 'MasterKey'],
  ['with a master key that is none', 'secret', 'MasterKey must be 64 hex digits'],
])('%s there is no deployment, and no secret in the message', async (name, MasterKey, sentence) => {
  const error = await evaluateOne(`refused ${name}`, { stage: 'refused', secrets: { MasterKey } }).catch(
    String,
  )
  expect(error).toContain(sentence)
  expect(error).not.toContain("'secret'")
})

test('the configuration imports nothing by itself, which the command line of SST refuses', () => {
  expect(readFileSync(join(ROOT, 'sst.config.ts'), 'utf8')).not.toMatch(/^import/m)
})
