import Database from 'better-sqlite3'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { RowSession, RowSessions, Source } from '../adapters/adapter.ts'
import { cursorCli } from '../adapters/cursor-cli/index.ts'
import { Opened } from './row-access.ts'

export const CLI_ID = '7d0c1a52-2222-4c5d-9e2a-000000000001'

/** A session's database as Cursor CLI makes it, composed by hand. */
export class StoreDatabase {
  readonly path: string
  readonly sqlite: Database.Database

  constructor(home: string) {
    this.path = join(home, '.cursor/chats/0123456789abcdef0123456789abcdef', CLI_ID, 'store.db')
    mkdirSync(dirname(this.path), { recursive: true })
    this.sqlite = new Database(this.path)
    this.sqlite.pragma('journal_mode = WAL')
    this.sqlite.exec('CREATE TABLE IF NOT EXISTS blobs (id TEXT PRIMARY KEY, data BLOB)')
    this.sqlite.exec('CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT)')
  }

  /** Stores a message and returns its id. */
  message(message: unknown): string {
    return this.#blob(Buffer.from(JSON.stringify(message)))
  }

  /** Lets the conversation be these messages, in this order. */
  root(ids: readonly string[], more: Record<string, unknown> = {}): void {
    // Field 1, 32 bytes, for each; and a field 2 that says nothing to us.
    const refs = ids.map((id) => Buffer.concat([Buffer.from([0x0a, 0x20]), Buffer.from(id, 'hex')]))
    const latestRootBlobId = this.#blob(Buffer.concat([...refs, Buffer.from([0x12, 0x02, 0x08, 0x01])]))
    const meta = { agentId: CLI_ID, latestRootBlobId, name: 'Fix add', mode: 'default', ...more }
    const hex = Buffer.from(
      JSON.stringify({ createdAt: 1_788_256_800_000, workspacePath: '/w/app', ...meta }),
    ).toString('hex')
    this.sqlite.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)').run('0', hex)
  }

  close(): void {
    this.sqlite.close()
  }

  #blob(data: Buffer): string {
    const id = createHash('sha256').update(data).digest('hex')
    this.sqlite.prepare('INSERT OR IGNORE INTO blobs VALUES (?, ?)').run(id, data)
    return id
  }
}

/** A conversation with each kind of message; returns the ids in order. */
export function fillStore(store: StoreDatabase): string[] {
  const call = (toolCallId: string, toolName: string, args: unknown) => ({
    type: 'tool-call',
    toolCallId,
    toolName,
    args,
  })
  const result = (toolCallId: string, toolName: string, told: string, isError = false) => ({
    role: 'tool',
    content: [{ type: 'tool-result', toolCallId, toolName, result: told, ...(isError ? { isError } : {}) }],
  })
  const old = 'return a - b'
  const ids = [
    { role: 'system', content: 'You are an agent.' },
    { role: 'user', content: [{ type: 'text', text: '<user_info>\nOS: linux\n</user_info>' }] },
    { role: 'user', content: [{ type: 'text', text: '<user_query>\nFix add().\n</user_query>' }] },
    {
      role: 'assistant',
      content: [
        { type: 'reasoning', text: 'The sign.' },
        { type: 'text', text: 'I fix the sign.' },
        call('toolu_cli_write_0001', 'Write', { path: 'a.py', contents: `def add(a, b):\n    ${old}\n` }),
      ],
      providerOptions: { cursor: { requestId: 'r1', modelName: 'composer-2' } },
    },
    result('toolu_cli_write_0001', 'Write', 'Wrote contents to a.py'),
    {
      role: 'assistant',
      content: [
        call('toolu_cli_repl_0002', 'StrReplace', { path: '/w/app/a.py', old_string: old, new_string: 'return a + b' }),
      ],
    },
    result('toolu_cli_repl_0002', 'StrReplace', 'The file was updated.'),
    {
      role: 'assistant',
      content: [
        { type: 'redacted-reasoning', data: 'x' },
        call('toolu_cli_shell_003', 'Shell', { command: 'rm b.txt' }),
      ],
    },
    result('toolu_cli_shell_003', 'Shell', 'No such file', true),
    { role: 'assistant', content: [call('toolu_cli_del_00004', 'Delete', { path: 'c.txt' })] },
    result('toolu_cli_del_00004', 'Delete', 'Deleted.'),
    { role: 'assistant', content: [{ type: 'text', text: 'Done.' }, { type: 'odd' }] },
  ].map((message) => store.message(message))
  store.root(ids)
  return ids
}

/** The session of the fixture with the lines that are kept of it. */
export function cliFixtures(): { source: Source; bytes: Uint8Array }[] {
  const home = mkdtempSync(join(tmpdir(), 'lossless-cursor-cli-'))
  const store = new StoreDatabase(home)
  try {
    fillStore(store)
    const source = cursorCli.classify(cliRows().pathOf(store.path, CLI_ID), hostOf(home))
    const bytes = Buffer.from(cliNews(cliRows().open(store.path, CLI_ID, hostOf(home)), store.path).join(''))
    return source === null ? [] : [{ source, bytes }]
  } finally {
    store.close()
    rmSync(home, { recursive: true })
  }
}

/** What a session makes of its rows as they are now: lines with their line feeds. */
export function cliNews(session: RowSession, database: string): string[] {
  using opened = new Opened(database)
  return [...session.news(opened.reader)].map((line) => `${Buffer.from(line).toString('utf8')}\n`)
}

/** The seam of the adapter that reads rows. */
export function cliRows(): RowSessions {
  if (!cursorCli.rows) throw new Error('Sessions of Cursor CLI are rows.')
  return cursorCli.rows
}

function hostOf(homeDir: string) {
  return { homeDir, env: {}, platform: 'linux' } as const
}
