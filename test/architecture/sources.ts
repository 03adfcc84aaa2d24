/**
 * The source files of the project as the architecture tests see them: path, text, and what each imports.
 */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

export const ROOT = join(import.meta.dirname, '../..')
const FOLDERS = ['core', 'functions', 'connector', 'sandbox', 'local', 'client', 'dashboard', 'test'] as const

export type Source = { path: string; text: string; imports: string[]; isTest: boolean }

/** Imports of our own files come back as paths from the root, others as they were written. */
export const sources: Source[] = globSync(`{${FOLDERS}}/**/*.{ts,tsx}`, { cwd: ROOT }).map((path) => {
  const text = readFileSync(join(ROOT, path), 'utf8')
  return { path, text, imports: importsOf(path, text), isTest: path.endsWith('.test.ts') }
})

function importsOf(path: string, text: string): string[] {
  const statements = text.matchAll(
    /^\s*(?:import|export)\b[^'"`;]*?from\s*'([^']+)'|^\s*import\s*'([^']+)'|\bimport\('([^']+)'\)/gm,
  )
  return [...statements].map(([, from, bare, dynamic]) => locate(path, from ?? bare ?? dynamic ?? ''))
}

function locate(path: string, specifier: string): string {
  if (specifier.startsWith('#core/')) return specifier.slice(1)
  return specifier.startsWith('.') ? normalize(join(dirname(path), specifier)) : specifier
}
