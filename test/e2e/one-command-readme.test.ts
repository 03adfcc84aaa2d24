/**
 * What the README and the start itself tell people to type, typed: word for word, but for the ports.
 */
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Stack, stack } from '../support/stack.ts'
import { until } from '../support/until.ts'

const hasCurl = spawnSync('curl', ['--version']).status === 0
const README = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')

/** A shell that stays, so that what one block sets the next one has. */
function shell() {
  const process = spawn('bash', [], { stdio: ['pipe', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [process.stdout, process.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  let blocks = 0
  return {
    /** Resolves with what the block wrote. */
    async type(block: string): Promise<string> {
      const from = output.length
      const mark = `block ${++blocks} done`
      process.stdin.write(`${block}\necho "${mark}"\n`)
      await until(`the end of:\n${block}`, () => output.includes(mark, from), { withinMs: 60_000 })
      return output.slice(from, output.indexOf(mark, from))
    },
    [Symbol.dispose]: () => void process.kill('SIGKILL'),
  }
}

describe.runIf(hasCurl)('what people are told to type', () => {
  let it: Stack
  beforeAll(async () => {
    it = await stack()
  })
  afterAll(() => it?.close())

  const here = (text: string) =>
    text.replaceAll('http://127.0.0.1:3000', it.origin).replaceAll('http://127.0.0.1:3001', it.sandboxOrigin)

  const blocksOf = (section: string): string[] => {
    const text = README.slice(README.indexOf(section))
    const end = text.indexOf('\n## ', 1)
    return [...text.slice(0, end).matchAll(/```sh\b.*\n([\s\S]*?)```/g)].map(([, block]) => here(block!))
  }

  test('the five minutes of the README', async () => {
    using bash = shell()
    const blocks = blocksOf('## Five minutes')
    expect(blocks).toHaveLength(7)
    const said = []
    for (const block of blocks.slice(0, -1)) said.push(await bash.type(block))
    expect(said[1]).toContain('"status":"connecting"')
    expect(said[2]).toContain('█')
    expect(said[3]).toContain('"status":"connected"')
    expect(said[4]).toContain('"text":"Hello"')
    expect(said[5]).toContain('"status":"read"')
    expect(said[5]).toMatch(/Hi yourself[\s\S]*Hello/)

    await it.restart()
    const after = await bash.type(blocks.at(-1)!)
    expect(after).toContain('"status":"connected"')
    expect(after).toMatch(/"status":"(delivered|read)"/)
  })

  test('the example that a start prints', async () => {
    using bash = shell()
    const printed = it.output()
    const example = printed.slice(printed.lastIndexOf('Try it:'), printed.lastIndexOf('Ctrl+C stops'))
    const said = await bash.type(example.slice(example.indexOf('\n')))
    expect(said).toMatch(/"text":"Hello"/)
    expect(said).not.toMatch(/"success":false/)
  })
})
