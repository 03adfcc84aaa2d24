/**
 * Makes the files of the dashboard: one script, one style sheet, a page and an icon, from what lies beside this module.
 * Nothing in them is loaded from another host, and nothing is different between one machine and AWS.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build, stop } from 'esbuild'

export type File = { name: string; type: string; content: Uint8Array }

const FOLDER = import.meta.dirname
const TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
}
const AS_THEY_ARE = ['index.html', 'icon.svg']

/** Takes about a tenth of a second. @throws Error when something does not compile */
export async function buildDashboard(): Promise<File[]> {
  const { outputFiles } = await build({
    entryPoints: [join(FOLDER, 'main.tsx')],
    outdir: FOLDER,
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    target: ['es2022', 'chrome123', 'firefox121', 'safari17.5'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'silent',
    // Settings of the project are about Node.
    tsconfigRaw: {},
  }).finally(stop)
  const made = outputFiles.map(({ path, contents }) => file(path.slice(FOLDER.length + 1), contents))
  const taken = AS_THEY_ARE.map(async (name) => file(name, await readFile(join(FOLDER, name))))
  return [...made, ...(await Promise.all(taken))]
}

const file = (name: string, content: Uint8Array): File => ({
  name,
  type: TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
  content,
})
