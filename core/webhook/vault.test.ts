import { expect, test } from 'vitest'
import { openVault, webhookKey } from './vault.ts'

const [FORMER, NEW] = ['11', '22'].map((byte) => byte.repeat(32)) as [string, string]
const vault = (masterKeys: string) => openVault(webhookKey(masterKeys).split(','))
const endpoint = { accountId: 'acme', id: 'endpoint-1' }
const contents = { secrets: [{ value: 'whsec_1' }], headers: [] }

test('what was sealed under a former master key opens while it is listed', () => {
  const sealed = vault(FORMER).seal(endpoint, contents)
  expect(vault(`${NEW},${FORMER}`).open({ ...endpoint, sealed })).toEqual(contents)
  expect(() => vault(NEW).open({ ...endpoint, sealed })).toThrow('does not open')
  const anew = vault(`${NEW},${FORMER}`).seal(endpoint, contents)
  expect(vault(NEW).open({ ...endpoint, sealed: anew })).toEqual(contents)
})

test('nobody gets from it to the master key, nor from one to the other', () => {
  const key = webhookKey(`${NEW},${FORMER}`)
  expect(key).toMatch(/^[0-9a-f]{64},[0-9a-f]{64}$/)
  expect(key).not.toContain(NEW)
  expect(new Set(key.split(',')).size).toBe(2)
})
