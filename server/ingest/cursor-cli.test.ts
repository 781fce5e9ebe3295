import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CodeReader } from '../../db/stores/code-reader.ts'
import { EventStore } from '../../db/stores/event-store.ts'
import { describeAdapter } from '../adapters/adapter-suite.ts'
import { cursorCli } from '../adapters/cursor-cli/index.ts'
import { cliFixtures, CLI_ID, fillStore, StoreDatabase } from './cursor-cli-testing.ts'
import { createIngestWorld } from './testing.ts'

// Here and not beside the adapter, because its sessions stand in databases, which adapters do not see.
describeAdapter(cursorCli, join(import.meta.dirname, '../adapters/cursor-cli'), cliFixtures())

describe('a session of Cursor CLI', () => {
  let world: ReturnType<typeof createIngestWorld>
  let store: StoreDatabase

  beforeEach(() => {
    world = createIngestWorld()
    store = new StoreDatabase(world.home)
  })

  afterEach(async () => {
    store.close()
    await world.close()
  })

  const session = () => world.sessions.find(`cursor-cli:${CLI_ID}`)
  const events = () => new EventStore(world.indexDb).page(session()?.key ?? 0, -1, 1000)

  async function until(holds: () => boolean): Promise<void> {
    const end = performance.now() + 20_000
    while (!holds()) {
      if (performance.now() > end) throw new Error('It did not come to be in time.')
      await sleep(20)
    }
  }

  it('is read in the order of its root, with what was counted by hand and its files as they stood', async () => {
    fillStore(store)
    await world.ingest.start()
    await until(() => session()?.events === 15)

    expect(events().map(({ kind }) => kind)).toEqual([
      ...['attachment', 'prompt', 'thinking', 'answer', 'tool_call', 'tool_result', 'tool_call', 'tool_result'],
      ...['thinking', 'tool_call', 'tool_result', 'tool_call', 'tool_result', 'answer', 'unknown'],
    ])
    expect(session()).toMatchObject({ title: 'Fix add', projectPath: '/w/app', prompts: 1, errors: 1, problems: 0 })
    const code = new CodeReader(world.indexDb)
    const at = { session: session()?.key ?? 0, seq: 14 }
    expect(code.textAt({ ...at, seq: 5 }, '/w/app/a.py')).toBe('def add(a, b):\n    return a - b\n')
    expect(code.textAt(at, '/w/app/a.py')).toBe('def add(a, b):\n    return a + b\n')
    expect(code.fileAt(at, '/w/app/c.txt')).toMatchObject({ version: { by: 'delete', content: null } })
  })

  it('goes on when its root does, also with messages that were written before it, and goes back', async () => {
    const ids = fillStore(store)
    await world.ingest.start()
    await until(() => session()?.events === 15)

    const more = store.message({ role: 'user', content: '<user_query>And sub()?</user_query>' })
    await sleep(1500)
    expect(session()?.events).toBe(15)
    store.root([...ids, more])
    await until(() => session()?.events === 16)
    const other = store.message({ role: 'user', content: '<user_query>And mul()?</user_query>' })
    store.root([...ids, other])
    await until(() => session()?.events === 17)

    expect(
      events()
        .slice(-2)
        .map(({ preview, branch }) => [preview, branch]),
    ).toEqual([
      ['And sub()?', 1],
      ['And mul()?', 0],
    ])
  })

  it('is kept with what lies beside it', async () => {
    fillStore(store)
    writeFileSync(join(store.path, '../prompt_history.json'), '["Fix add()."]')
    const folder = join(world.home, '.cursor/projects/w-app/agent-transcripts', CLI_ID)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, `${CLI_ID}.jsonl`), '{"role":"user","message":{"content":[]}}\n')
    await world.ingest.start()
    await until(() => world.vault.listSources().filter(({ role }) => role === 'companion').length === 2)

    await until(() => session()?.events === 15)
    expect(world.indexDb.prepare('SELECT count(*) AS sessions FROM sessions').get()).toEqual({ sessions: 1 })
  })
})
