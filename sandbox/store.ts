/**
 * Everything the sandbox must remember, in one SQLite file (or in memory when there is none), and the rule that
 * makes it safe to kill: what is written in one turn of the event loop is committed together, and nothing that the
 * outside can see (a frame, an HTTP answer) happens before that commit. A SIGKILL loses no commit; only a power cut
 * may lose the last ones, never consistency (WAL, synchronous=NORMAL).
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { BufferJSON } from '@whiskeysockets/baileys'

export type Statement<Row> = {
  /** Gives the row id of an insertion. */
  run(...values: SQLInputValue[]): number
  get(...values: SQLInputValue[]): Row | undefined
  all(...values: SQLInputValue[]): Row[]
}

/** Values by key, kept as JSON; byte arrays survive the round trip. */
export type Table<T> = {
  get(key: string): T | undefined
  put(key: string, value: T): void
  delete(key: string): void
  all(): T[]
}

export type Store = ReturnType<typeof openStore>

const SETUP = `
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  BEGIN IMMEDIATE; COMMIT;`

export function openStore(dataDir?: string) {
  const db = openAlone(dataDir)
  const names = new Set<string>()
  const effects: (() => void)[] = []
  let writing = false
  let scheduled = false
  let running = false
  let closed = false

  const schedule = () => {
    if (scheduled) return
    scheduled = true
    setImmediate(flush)
  }
  const flush = () => {
    scheduled = false
    if (closed) return
    if (writing) db.exec('COMMIT')
    writing = false
    running = true
    for (const effect of effects.splice(0)) effect()
    running = false
  }
  const beginWriting = () => {
    if (writing) return
    db.exec('BEGIN')
    writing = true
    schedule()
  }

  const statement = <Row>(sql: string): Statement<Row> => {
    const prepared = db.prepare(sql)
    return {
      run: (...values) => {
        beginWriting()
        return Number(prepared.run(...values).lastInsertRowid)
      },
      get: (...values) => prepared.get(...values) as Row | undefined,
      all: (...values) => prepared.all(...values) as Row[],
    }
  }

  return {
    statement,

    /** Creates tables and indexes; to be called before any statement on them is prepared. */
    define(name: string, ddl: string) {
      names.add(name)
      db.exec(ddl)
    },

    table<T>(name: string): Table<T> {
      names.add(name)
      db.exec(`CREATE TABLE IF NOT EXISTS ${name} (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID`)
      const get = statement<{ value: string }>(`SELECT value FROM ${name} WHERE key = ?`)
      const all = statement<{ value: string }>(`SELECT value FROM ${name} ORDER BY key`)
      const put = statement(
        `INSERT INTO ${name} VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value`,
      )
      const remove = statement(`DELETE FROM ${name} WHERE key = ?`)
      const parse = (value: string): T => JSON.parse(value, BufferJSON.reviver)
      return {
        get: (key) => {
          const row = get.get(key)
          return row && parse(row.value)
        },
        put: (key, value) => put.run(key, JSON.stringify(value, BufferJSON.replacer)),
        delete: (key) => remove.run(key),
        all: () => all.all().map((row) => parse(row.value)),
      }
    },

    /** Runs `action` once everything written so far is committed, in the order of the calls. */
    effect(action: () => void) {
      if (!writing && !running && effects.length === 0) return action()
      effects.push(action)
      schedule()
    },

    /** Resolves once everything written so far is committed. */
    durable(): Promise<void> {
      return new Promise((resolve) => this.effect(resolve))
    },

    /** Forgets everything. */
    clear() {
      beginWriting()
      for (const name of names) db.exec(`DELETE FROM ${name}`)
    },

    close() {
      if (closed) return
      flush()
      closed = true
      db.close()
    },
  }
}

function openAlone(dataDir: string | undefined): DatabaseSync {
  const db = new DatabaseSync(fileIn(dataDir))
  try {
    db.exec(SETUP)
    return db
  } catch (error) {
    db.close()
    if (String(error).includes('locked'))
      throw new Error(`The folder ${dataDir} is in use by another sandbox.`, { cause: error })
    throw error
  }
}

function fileIn(dataDir: string | undefined): string {
  if (!dataDir) return ':memory:'
  mkdirSync(dataDir, { recursive: true })
  return join(dataDir, 'sandbox.sqlite')
}
