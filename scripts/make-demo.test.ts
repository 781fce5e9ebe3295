import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { applyPatch } from 'diff'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { makeDemo } from './make-demo.ts'

const home = fileURLToPath(new URL('../demo/home', import.meta.url))

const Hunk = z.object({
  oldStart: z.number(),
  oldLines: z.number(),
  newStart: z.number(),
  newLines: z.number(),
  lines: z.array(z.string()),
})
const Changed = z.object({
  filePath: z.string(),
  originalFile: z.string().nullable(),
  structuredPatch: z.array(Hunk),
  content: z.string().optional(),
})
const Seen = z.object({
  type: z.literal('text'),
  file: z.object({
    filePath: z.string(),
    content: z.string(),
    startLine: z.number(),
    numLines: z.number(),
    totalLines: z.number(),
  }),
})
const ByCommand = z.object({
  bashEditDiff: z.object({ files: z.array(z.object({ filePath: z.string(), hunks: z.array(Hunk) })) }),
})
const Line = z.looseObject({
  type: z.string(),
  subtype: z.string().optional(),
  uuid: z.string().optional(),
  parentUuid: z.string().nullable().optional(),
  timestamp: z.string().optional(),
  toolUseResult: z.unknown().optional(),
})
type Line = z.infer<typeof Line>

let scratch = ''

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'lossless-demo-'))
})

afterEach(() => {
  rmSync(scratch, { recursive: true, force: true })
})

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path)).isFile())
    .sort()
}

function readLines(path: string): Line[] {
  const text = readFileSync(join(home, path), 'utf8')
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => Line.parse(JSON.parse(line)))
}

const transcripts = listFiles(home).filter((path) => path.endsWith('.jsonl') && path.includes('projects'))
const sessions = transcripts.filter((path) => !path.includes('subagents'))
const long = sessions.find((path) => path.includes('f9aebc35')) ?? ''

test('the demo in the repository is what the script makes', () => {
  makeDemo(scratch)

  expect(listFiles(scratch)).toEqual(listFiles(home))
  for (const path of listFiles(home)) {
    expect(readFileSync(join(scratch, path)).equals(readFileSync(join(home, path))), path).toBe(true)
  }
})

test('it holds eight sessions of four projects in less than two megabytes', () => {
  const bytes = listFiles(home).reduce((sum, path) => sum + statSync(join(home, path)).size, 0)

  expect(sessions).toHaveLength(8)
  expect(new Set(sessions.map((path) => path.split('/')[2])).size).toBe(4)
  expect(bytes).toBeLessThan(2_000_000)
})

test('the long session has two compactions, a sub-agent and a branch that a rewind left', () => {
  const lines = readLines(long)
  const records = lines.filter((line) => line.uuid !== undefined)
  const parents = records.map((line) => line.parentUuid)
  const prompts = records.filter((line) => line.type === 'user' && line['promptSource'] === 'typed')
  const forks = prompts.filter(
    (line) => line.parentUuid !== null && parents.filter((parent) => parent === line.parentUuid).length > 1,
  )

  expect(records.length).toBeGreaterThanOrEqual(400)
  expect(lines.filter((line) => line.subtype === 'compact_boundary')).toHaveLength(2)
  expect(transcripts.filter((path) => path.includes('f9aebc35') && path.includes('subagents'))).toHaveLength(1)
  expect(forks).toHaveLength(2)
})

test('every parent is an earlier record of the same file, and ids are unique', () => {
  for (const path of transcripts) {
    const known = new Set<string>()
    for (const { uuid, parentUuid } of readLines(path)) {
      if (uuid === undefined) continue
      if (typeof parentUuid === 'string') expect(known.has(parentUuid), `${path} ${parentUuid}`).toBe(true)
      expect(known.has(uuid), `${path} ${uuid}`).toBe(false)
      known.add(uuid)
    }
  }
})

test('what is read and what edits start from is what the edits before it left, byte for byte', () => {
  const disk = new Map<string, string>()
  let checked = 0
  const holds = (path: string, content: string): void => {
    const held = disk.get(path)
    if (held !== undefined) {
      expect(content, path).toBe(held)
      checked += 1
    }
    disk.set(path, content)
  }
  const lines = transcripts.flatMap(readLines).filter((line) => line.timestamp !== undefined)
  lines.sort((one, other) => Date.parse(one.timestamp ?? '') - Date.parse(other.timestamp ?? ''))

  for (const { toolUseResult } of lines) {
    const changed = Changed.safeParse(toolUseResult)
    const seen = Seen.safeParse(toolUseResult)
    const byCommand = ByCommand.safeParse(toolUseResult)
    if (changed.success) {
      const { filePath, originalFile, structuredPatch, content } = changed.data
      if (originalFile !== null) holds(filePath, originalFile)
      disk.set(filePath, originalFile === null ? (content ?? '') : patched(originalFile, structuredPatch))
    } else if (
      seen.success &&
      seen.data.file.startLine === 1 &&
      seen.data.file.numLines === seen.data.file.totalLines
    ) {
      holds(seen.data.file.filePath, seen.data.file.content)
    } else if (byCommand.success) {
      for (const { filePath, hunks } of byCommand.data.bashEditDiff.files) {
        disk.set(filePath, patched(disk.get(filePath) ?? '', hunks))
      }
    }
  }

  expect(checked).toBeGreaterThan(80)
  expect(disk.get('/home/ada/code/harbor/src/overlap.ts')).toContain('one.from < other.to && other.from < one.to')
})

function patched(before: string, hunks: z.infer<typeof Hunk>[]): string {
  const after = applyPatch(before, { oldFileName: 'a', newFileName: 'b', oldHeader: '', newHeader: '', hunks })
  if (after === false) throw new Error('a patch does not fit')
  return after
}
