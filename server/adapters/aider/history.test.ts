import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { LineReading, ParsedEvent, Source } from '../adapter.ts'
import { editsIn } from './edits/edits.ts'
import { HistorySplitter } from './history-splitter.ts'
import { aider } from './index.ts'

const FIXTURE = join(import.meta.dirname, 'fixtures/home/.aider.chat.history.md')
const FENCE = '```'

function source(path: string): Source {
  return { agent: 'aider', path, role: 'session', nativeId: null, subagentId: null }
}

function pieces(text: string | Buffer) {
  const splitter = new HistorySplitter()
  const found = splitter.push(Buffer.from(text), 0)
  const rest = splitter.flush()
  return rest === null ? found : [...found, rest]
}

function texts(text: string): string[] {
  return pieces(text).map(({ bytes }) => Buffer.from(bytes).toString('utf8').trim())
}

function readings(text: string | Buffer, path = FIXTURE): { run: string | null; reading: LineReading }[] {
  return pieces(text).map(({ bytes, offset }) => ({
    run: aider.sessionAt?.(bytes, { source: source(path), offset }) ?? null,
    reading: aider.readLine(bytes, { source: source(path), offset }),
  }))
}

function eventsByRun(text: string | Buffer): ParsedEvent[][] {
  const runs: ParsedEvent[][] = []
  for (const { run, reading } of readings(text)) {
    if (run !== null) runs.push([])
    if (reading.kind === 'events') runs.at(-1)?.push(...reading.events)
  }
  return runs
}

function kinds(events: readonly ParsedEvent[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { kind } of events) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

describe('the fixture', () => {
  const runs = eventsByRun(readFileSync(FIXTURE))

  it('holds three runs, two of which began in the same second, with what was counted by hand', () => {
    expect(runs.map(kinds)).toEqual([
      { notice: 8, prompt: 3, answer: 3, thinking: 1, tool_call: 4, tool_result: 4, progress: 5, command: 3 },
      { notice: 2, prompt: 1, answer: 1, tool_call: 1, progress: 1, tool_result: 1 },
      { notice: 2, prompt: 3, answer: 2, tool_call: 4, tool_result: 3 },
    ])
    const ids = readings(readFileSync(FIXTURE)).flatMap(({ run }) => run ?? [])
    expect(ids.map((id) => id.slice(0, 15))).toEqual(['20260901-100000', '20260902-093000', '20260902-093000'])
    expect(new Set(ids).size).toBe(3)
  })

  it('tells what was used and paid', () => {
    const usages = runs.flat().flatMap(({ usage }) => usage ?? [])
    expect(usages.map(({ tokens, statedCostUsd }) => [...Object.values(tokens), statedCostUsd])).toEqual([
      [2100, 60, 0, 0, 0.01],
      [4500, 812, 3500, 2000, 0],
      [0, 0, 0, 0, 0.02],
      [1000, 40, 0, 0, 0.0042],
      [900, 30, 0, 0, null],
    ])
  })

  it('keeps headings and quotations of an answer in the answer', () => {
    const [answer] = runs[0]?.filter(({ kind }) => kind === 'answer') ?? []
    expect(answer?.text?.split('\n').slice(0, 5)).toEqual([
      'Sure.',
      '',
      '#### What changes',
      '',
      '> One name, nothing else.',
    ])
  })

  it('tells when a run began by the clock of this machine', () => {
    expect(runs[0]?.[0]?.at).toBe(new Date(2026, 8, 1, 10, 0, 0).getTime())
    expect(runs[0]?.slice(1).every(({ at }) => at === null)).toBe(true)
  })

  it('reads a question that was answered for all like no prompt', () => {
    const text =
      '\n# aider chat started at 2026-01-01 00:00:00\n\n\n#### Add file to the chat? (Y)es/(N)o/(A)ll/(S)kip all [Yes]: all  \n'
    expect(eventsByRun(text)[0]?.map(({ kind }) => kind)).toEqual(['notice', 'notice'])
  })
})

describe('cutting a history', () => {
  it('ends an answer whose code never ends where Aider speaks again, or another run begins', () => {
    const answer = `See:\n\n${FENCE}\ncode\n\n> not Aider  \n\n`
    expect(texts(`\n${answer}> Tokens: 1.0k sent, 20 received.  \n`)).toEqual([
      answer.trim(),
      '> Tokens: 1.0k sent, 20 received.',
    ])
    expect(texts(`\n${answer}# aider chat started at 2026-01-01 00:00:00\n`)).toEqual([
      answer.trim(),
      '# aider chat started at 2026-01-01 00:00:00',
    ])
  })

  it('takes all lines of a prompt together, empty ones too, and the line of Aider right after it apart', () => {
    expect(texts('\n#### one  \n####   \n#### three  \n> Warning  \n')).toEqual([
      '#### one  \n####   \n#### three',
      '> Warning',
    ])
  })

  it('reads line ends of Windows', () => {
    const [run] = eventsByRun(
      '\r\n# aider chat started at 2026-01-01 00:00:00\r\n\r\n\r\n#### hi  \r\n\r\nHello.\r\n\r\n',
    )
    expect(run?.map(({ kind, text }) => [kind, text])).toEqual([
      ['notice', 'aider chat started at 2026-01-01 00:00:00'],
      ['prompt', 'hi'],
      ['answer', 'Hello.'],
    ])
  })
})

describe('edits', () => {
  const block = (old: string, next: string) => `<<<<<<< SEARCH\n${old}=======\n${next}>>>>>>> REPLACE`

  it('are found in blocks with the name above or inside of the fence', () => {
    const edit = [{ kind: 'replace', path: 'src/a.py', replacements: [{ old: 'a\n', new: 'b\n' }] }]
    expect(editsIn(`Fine.\n\nsrc/a.py\n${FENCE}python\n${block('a\n', 'b\n')}\n${FENCE}`)).toEqual(edit)
    expect(editsIn(`${FENCE}\nsrc/a.py\n${block('a\n', 'b\n')}\n${FENCE}`)).toEqual(edit)
    expect(editsIn(`**src/a.py**:\n<source>\n${block('a\n', 'b\n')}\n</source>`)).toEqual(edit)
    expect(editsIn(`\`src/a.py\`\n\n${FENCE}\`\n${block('a\n', 'b\n')}\n${FENCE}\``)).toEqual(edit)
  })

  it('of one file come together; a block without a name belongs to the file before it', () => {
    const answer = `a.py\n${FENCE}\n${block('1\n', '2\n')}\n${FENCE}\nAnd then:\n\n${FENCE}\n${block('3\n', '')}\n${FENCE}`
    expect(editsIn(answer)).toEqual([
      {
        kind: 'replace',
        path: 'a.py',
        replacements: [
          { old: '1\n', new: '2\n' },
          { old: '3\n', new: '' },
        ],
      },
    ])
  })

  it('are read as differences without line numbers', () => {
    const answer = `${FENCE}diff\n--- /dev/null\n+++ new.py\n@@ ... @@\n+one\n--- a/old.py\n+++ b/old.py\n@@ ... @@\n keep\n-gone\n@@ ... @@\n-x\n+y\n${FENCE}`
    expect(editsIn(answer)).toEqual([
      { kind: 'replace', path: 'new.py', replacements: [{ old: '', new: 'one\n' }] },
      {
        kind: 'replace',
        path: 'old.py',
        replacements: [
          { old: 'keep\ngone\n', new: 'keep\n' },
          { old: 'x\n', new: 'y\n' },
        ],
      },
    ])
  })

  it('are read as whole files, and not where code is only shown', () => {
    expect(editsIn(`src/a.py\n${FENCE}python\none\n\ntwo\n${FENCE}`)).toEqual([
      { kind: 'whole', path: 'src/a.py', content: 'one\n\ntwo\n' },
    ])
    expect(editsIn(`Run this:\n${FENCE}sh\nnpm test\n${FENCE}`)).toEqual([])
  })

  it('are read as a patch', () => {
    const answer =
      '*** Begin Patch\n*** Add File: n.txt\n+1\n+\n*** Update File: u.txt\n@@ def f():\n a\n-b\n+c\n@@\n-d\n*** Delete File: g.txt\n*** End Patch'
    expect(editsIn(answer)).toEqual([
      { kind: 'whole', path: 'n.txt', content: '1\n\n' },
      {
        kind: 'replace',
        path: 'u.txt',
        replacements: [
          { old: 'a\nb\n', new: 'a\nc\n' },
          { old: 'd\n', new: '' },
        ],
      },
      { kind: 'delete', path: 'g.txt' },
    ])
  })
})

describe('where histories are looked for', () => {
  const host = { homeDir: '/h', env: {}, platform: 'linux' as const, projects: ['/w/app'] }

  it('is the home, and projects that are known', () => {
    expect(aider.roots(host).map(({ path }) => path)).toEqual([
      '/h/.aider.chat.history.md',
      '/h/.aider.input.history',
      '/h/.aider.forks',
      '/w/app/.aider.chat.history.md',
      '/w/app/.aider.input.history',
      '/w/app/.aider.forks',
    ])
    expect(aider.classify('/w/app/.aider.chat.history.md', host)?.role).toBe('session')
    expect(aider.classify('/w/app/.aider.input.history', host)?.role).toBe('companion')
    expect(aider.classify('/w/app/.aider.forks/fork-1.md', host)?.role).toBe('session')
    expect(aider.classify('/w/app/.aider.conf.yml', host)).toBeNull()
    expect(aider.classify('/w/other/.aider.chat.history.md', host)).toBeNull()
  })

  it('is also what the environment names, when that is absolute', () => {
    const env = { AIDER_CHAT_HISTORY_FILE: '/x/chat.md', AIDER_LLM_HISTORY_FILE: 'llm.txt' }
    expect(aider.roots({ ...host, env }).at(-1)?.path).toBe('/x/chat.md')
    expect(aider.classify('/x/chat.md', { ...host, env })?.role).toBe('session')
  })
})
