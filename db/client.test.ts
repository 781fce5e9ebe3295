import Database from 'better-sqlite3'
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openIndexDb, openVaultDb } from './client.ts'
import { createTemporaryFolder, type TemporaryFolder } from './testing.ts'

let folder: TemporaryFolder
let file: string

beforeEach(() => {
  folder = createTemporaryFolder()
  file = path.join(folder.path, 'some.db')
})

afterEach(() => {
  folder.remove()
})

/** Writes a folder of migrations as drizzle-kit lays it out. */
function migrationsOf(migrations: Record<string, string[]>): string {
  const target = path.join(folder.path, `migrations-${Object.keys(migrations).join('-')}`)
  mkdirSync(path.join(target, 'meta'), { recursive: true })
  const entries = Object.entries(migrations).map(([tag, statements], idx) => {
    writeFileSync(path.join(target, `${tag}.sql`), statements.join('\n--> statement-breakpoint\n'))
    return { idx, version: '6', when: 1000 + idx, tag, breakpoints: true }
  })
  writeFileSync(
    path.join(target, 'meta', '_journal.json'),
    JSON.stringify({ version: '7', dialect: 'sqlite', entries }),
  )
  return target
}

const one = { '0000_one': ['-- why\nCREATE TABLE a (x integer)', 'INSERT INTO a VALUES (1)'] }
const two = { ...one, '0001_two': ['CREATE TABLE b (y integer)', 'INSERT INTO a VALUES (2)'] }

test('a vault is made private, migrated once, and keeps what it has when it is opened again', () => {
  const first = openVaultDb(file)
  first.prepare("INSERT INTO path_mappings VALUES ('/a', '/b', 1)").run()
  expect(first.pragma('journal_mode', { simple: true })).toBe('wal')
  expect(first.pragma('synchronous', { simple: true })).toBe(2)
  expect(first.pragma('foreign_keys', { simple: true })).toBe(1)
  first.close()
  const second = openVaultDb(file)
  expect(second.prepare('SELECT "to" FROM path_mappings').pluck().all()).toEqual(['/b'])
  second.close()
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('later migrations are applied to what an earlier version made', () => {
  openVaultDb(file, { migrations: migrationsOf(one) }).close()
  const vault = openVaultDb(file, { migrations: migrationsOf(two) })
  expect(vault.prepare('SELECT x FROM a ORDER BY x').pluck().all()).toEqual([1, 2])
  expect(vault.prepare('SELECT count(*) FROM b').pluck().get()).toBe(0)
  vault.close()
})

test('a vault of a newer version is refused with a sentence and left byte for byte as it was', () => {
  openVaultDb(file, { migrations: migrationsOf(two) }).close()
  const before = readFileSync(file)
  expect(() => openVaultDb(file, { migrations: migrationsOf(one) })).toThrow(
    `The database ${file} cannot be used. It was made by another version of Lossless`,
  )
  expect(readFileSync(file).equals(before)).toBe(true)
})

test('what is no database is refused and left byte for byte as it was', () => {
  writeFileSync(file, 'this is a letter, not a database\n'.repeat(500))
  expect(() => openVaultDb(file)).toThrow(/damaged or not a database/)
  expect(readFileSync(file, 'utf8')).toBe('this is a letter, not a database\n'.repeat(500))
})

test('a migration that fails leaves nothing of itself', () => {
  openVaultDb(file, { migrations: migrationsOf(one) }).close()
  const failing = {
    ...one,
    '0001_bad': ['INSERT INTO a VALUES (7)', 'CREATE TABLE c (z)', 'INSERT INTO missing VALUES (1)'],
  }
  expect(() => openVaultDb(file, { migrations: migrationsOf(failing) })).toThrow(/Its migration 0001_bad failed/)
  const vault = openVaultDb(file, { migrations: migrationsOf(two) })
  expect(vault.prepare('SELECT x FROM a ORDER BY x').pluck().all()).toEqual([1, 2])
  expect(vault.prepare("SELECT count(*) FROM sqlite_master WHERE name = 'c'").pluck().get()).toBe(0)
  vault.close()
})

test('a folder in place of the file, and a reader without a file, get a sentence', () => {
  mkdirSync(file)
  expect(() => openVaultDb(file)).toThrow(/could not be opened/)
  expect(() => openVaultDb(path.join(folder.path, 'none.db'), { readonly: true })).toThrow(/could not be opened/)
  expect(existsSync(path.join(folder.path, 'none.db'))).toBe(false)
})

test('a reader does not migrate', () => {
  openVaultDb(file, { migrations: migrationsOf(one) }).close()
  expect(() => openVaultDb(file, { readonly: true, migrations: migrationsOf(two) })).toThrow(/opened for writing once/)
  const reader = openVaultDb(file, { readonly: true, migrations: migrationsOf(one) })
  expect(() => reader.prepare('INSERT INTO a VALUES (3)').run()).toThrow(/readonly/)
  reader.close()
})

test('an index that cannot be used is moved aside and begun anew; a usable one is kept', () => {
  const migrations = migrationsOf(one)
  const fresh = openIndexDb(file, { migrations })
  expect(fresh).toMatchObject({ rebuilt: false, reason: null })
  fresh.sqlite.prepare('INSERT INTO a VALUES (5)').run()
  fresh.sqlite.close()
  const again = openIndexDb(file, { migrations })
  expect(again.rebuilt).toBe(false)
  expect(again.sqlite.prepare('SELECT count(*) FROM a').pluck().get()).toBe(2)
  again.sqlite.close()

  const other = openIndexDb(file, { migrations: migrationsOf({ '0000_other': ['CREATE TABLE o (x)'] }) })
  expect(other).toMatchObject({ rebuilt: true, reason: expect.stringContaining('another version') })
  expect(other.sqlite.prepare('SELECT count(*) FROM o').pluck().get()).toBe(0)
  other.sqlite.close()
  const old = new Database(`${file}.old`, { readonly: true })
  expect(old.prepare('SELECT count(*) FROM a').pluck().get()).toBe(2)
  old.close()

  writeFileSync(file, 'rubbish '.repeat(2000))
  const repaired = openIndexDb(file, { migrations })
  expect(repaired).toMatchObject({ rebuilt: true, reason: expect.stringContaining('damaged') })
  expect(repaired.sqlite.prepare('SELECT count(*) FROM a').pluck().get()).toBe(1)
  repaired.sqlite.close()
})

test(
  'killed in the middle of a migration, the file is as before or migrated, and opens',
  { timeout: 60_000 },
  async () => {
    const rows = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)'
    const fill = `INSERT INTO a ${rows} SELECT i FROM n`
    const heavy = { ...one, '0001_heavy': Array.from({ length: 40 }, () => fill) }
    const before = migrationsOf(one)
    const after = migrationsOf(heavy)
    const program = `
    const { openVaultDb } = await import(${JSON.stringify(fileURLToPath(new URL('./client.ts', import.meta.url)))})
    process.stdout.write('begins')
    openVaultDb(process.argv[1], { migrations: process.argv[2] })`
    const found = new Set<number>()

    for (let round = 0; round < 8; round++) {
      const target = path.join(folder.path, `round-${round}.db`)
      openVaultDb(target, { migrations: before }).close()
      const child = spawn(process.execPath, ['--input-type=module', '-e', program, target, after], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      await new Promise((resolve) => child.stdout.once('data', resolve))
      await new Promise((resolve) => setTimeout(resolve, round * 15))
      child.kill('SIGKILL')
      await new Promise((resolve) => child.once('close', resolve))

      const reader = new Database(target)
      const count = reader.prepare<[], number>('SELECT count(*) FROM a').pluck().get() ?? 0
      reader.close()
      expect([1, 800_001]).toContain(count)
      found.add(count)
      const vault = openVaultDb(target, { migrations: after })
      expect(vault.prepare('SELECT count(*) FROM a').pluck().get()).toBe(800_001)
      expect(vault.pragma('integrity_check', { simple: true })).toBe('ok')
      vault.close()
    }
    expect(found).toContain(1)
  },
)
