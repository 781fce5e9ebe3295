import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ForkError, type KeptFile } from '../adapter.ts'
import { FORK_ID, forkAt, keptFile, type MadeFork } from './fork-testing.ts'

const FIXTURES = join(import.meta.dirname, 'fixtures/home/.claude/projects')
/** Sessions of real agents; not in the project. */
const SAMPLES = join(import.meta.dirname, '../../../../shared/data/agents/claude-code')
const isThere = existsSync(SAMPLES)

function sessionsBelow(folder: string): KeptFile[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /projects\/[^/]+\/[^/]+\.jsonl$/.test(join(folder, name)) && !name.includes('agent-'))
    .map((name) => keptFile(readFileSync(join(folder, name)), join(folder, name)))
}

interface Block {
  type: string
  id?: string
  tool_use_id?: string
}

function blocksOf(record: Record<string, unknown>): Block[] {
  const message = record['message'] as { content?: unknown } | undefined
  return Array.isArray(message?.content) ? (message.content as Block[]) : []
}

/** Whatever is cut where: the file must be one that an agent can read. */
function expectWhole(fork: MadeFork): void {
  const open: string[] = []
  const seen = new Set<string>()
  for (const block of fork.records.flatMap(blocksOf)) {
    if (block.type === 'tool_use') {
      expect(seen.has(block.id ?? '')).toBe(false)
      seen.add(block.id ?? '')
      open.push(block.id ?? '')
    } else if (block.type === 'tool_result') {
      expect(open).toContain(block.tool_use_id)
      open.splice(open.indexOf(block.tool_use_id ?? ''), 1)
    }
  }
  expect(open).toEqual([])
  expect(new Set(fork.ids).size).toBe(fork.ids.length)
  expect(fork.records.length).toBe(fork.lines)
  for (const [index, record] of fork.records.entries()) {
    const isRoot = index === 0 || record['subtype'] === 'compact_boundary'
    expect(record['parentUuid']).toBe(isRoot ? null : fork.ids[index - 1])
    expect(record['sessionId']).toBe(FORK_ID)
    expect(['user', 'assistant', 'system', 'attachment']).toContain(record['type'])
    expect(record['isSidechain'] ?? false).toBe(false)
  }
  expect(fork.ids).toContain(fork.endsAt.split('#')[0])
  expect(fork.text.endsWith('}\n')).toBe(true)
}

/** Cuts at the records of a file, at most `most` of them, evenly spread. Returns how many forks there were. */
async function forkEverywhere(file: KeptFile, most: number): Promise<number> {
  const text = Buffer.from(file.read(0, file.length)).toString()
  const ids = [...text.matchAll(/"uuid":"([^"]+)"/g)].map((match) => match[1] ?? '')
  const step = Math.max(1, Math.ceil(ids.length / most))
  let made = 0
  for (const id of ids.filter((_, index) => index % step === 0)) {
    try {
      expectWhole(await forkAt(id, [file]))
      made += 1
    } catch (error) {
      if (!(error instanceof ForkError))
        throw new Error(`Cut at ${id} of ${file.path}: ${String(error)}`, { cause: error })
    }
  }
  return made
}

describe('a fork of a session at any of its events', () => {
  it('is whole for the fixtures', async () => {
    const counts = await Promise.all(sessionsBelow(FIXTURES).map((file) => forkEverywhere(file, 1000)))
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(50)
  })

  it('is whole although lines are missing, repeated or swapped', async () => {
    const [file] = sessionsBelow(FIXTURES).sort((a, b) => b.length - a.length)
    if (!file) throw new Error('There is no fixture.')
    const lines = Buffer.from(file.read(0, file.length)).toString().split('\n').slice(0, -1)
    let made = 0
    for (let round = 0; round < 40; round += 1) {
      const at = (round * 37) % lines.length
      const other = (round * 53 + 11) % lines.length
      const changed = [...lines]
      if (round % 4 === 0) changed.splice(at, 2)
      else if (round % 4 === 1) changed.splice(at, 0, lines[other] ?? '')
      else if (round % 4 === 2) [changed[at], changed[other]] = [lines[other] ?? '', lines[at] ?? '']
      else changed[at] = (lines[at] ?? '').slice(0, 60)
      made += await forkEverywhere(keptFile(Buffer.from(`${changed.join('\n')}\n`), file.path), 25)
    }
    expect(made).toBeGreaterThan(300)
  })

  const skipped = isThere ? '' : ' (skipped: ../shared/data/agents is not on this machine)'
  it.skipIf(!isThere)(`is whole for sessions of real agents${skipped}`, async () => {
    let made = 0
    for (const file of sessionsBelow(SAMPLES)) made += await forkEverywhere(file, 40)
    expect(made).toBeGreaterThan(100)
  })
})
