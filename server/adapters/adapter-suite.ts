import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Adapter, Host, LineReading, Source } from './adapter.ts'
import { LineSplitter, type Line } from './shared/line-splitter.ts'
import { splitterOf } from './shared/splitter-of.ts'

/** A source with all its bytes. */
export interface Fixture {
  source: Source
  bytes: Uint8Array
}

/**
 * What every adapter has to keep; each runs this on its own folder, whose `fixtures/home` holds sessions of its agent.
 * `rows` are further ones, that stand in databases, as the adapter makes lines of them.
 */
export function describeAdapter(adapter: Adapter, folder: string, rows: readonly Fixture[] = []): void {
  const home = join(folder, 'fixtures/home')
  const host: Host = { homeDir: home, env: {}, platform: process.platform }
  const sources = filesBelow(adapter, host)
    .map((path) => adapter.classify(path, host))
    .filter((source) => source !== null)
  const files = sources.map((source) => ({ source, bytes: new Uint8Array(readFileSync(source.path)) }))
  const transcripts = [...files, ...rows].filter(({ source }) => source.role !== 'companion')

  describe(`the adapter ${adapter.id}`, () => {
    it('has the name of its folder', () => {
      expect(basename(folder)).toBe(adapter.id)
    })

    it('has a README that names its evidence and the day it was checked', () => {
      const readme = readFileSync(join(folder, 'README.md'), 'utf8')
      expect(readme).toMatch(/\d{4}-\d{2}-\d{2}/)
      expect(readme).toContain('Not read')
    })

    it('finds nothing in an empty home and does not mind', async () => {
      const empty: Host = { ...host, homeDir: await mkdtemp(join(tmpdir(), 'adapter-')) }
      expect(adapter.roots(empty).length).toBeGreaterThan(0)
      expect(adapter.roots(empty).filter((root) => existsSync(root.path))).toEqual([])
      expect((await adapter.listLive?.(empty)) ?? []).toEqual([])
    })

    it('finds its fixtures, else the rest would pass on nothing', () => {
      expect(transcripts.some(({ source }) => source.role === 'session')).toBe(true)
    })

    it('takes no path that is outside of its roots', () => {
      for (const path of ['/', '/etc/passwd', join(home, 'notes.jsonl'), `${home}-other/x/y/z.jsonl`]) {
        expect(adapter.classify(path, host)).toBeNull()
      }
    })

    it('reads the same in two parts as at once, wherever it was interrupted', () => {
      for (const { source, bytes } of transcripts) {
        const whole = read(adapter, source, bytes)
        for (const cut of cutsOf(bytes)) expect(inTwoParts(adapter, source, bytes, cut)).toEqual(whole)
      }
    })

    it('accounts for every line, with unique ids and text that a database can hold', () => {
      for (const { source, bytes } of transcripts) {
        const readings = read(adapter, source, bytes)
        const events = readings.flatMap((reading) => (reading.kind === 'events' ? reading.events : []))
        const ids = events.map((event) => event.id)
        // Where records are written again, an id is the same in each of them.
        const groups = events.some((event) => event.supersedes) ? readings.map(idsOf) : [ids]
        for (const group of groups) expect(new Set(group).size).toBe(group.length)
        expect(ids).not.toContain('')
        for (const event of events) expect(event.text?.isWellFormed() ?? true).toBe(true)
        expect(readings.filter((reading) => reading.kind === 'events' && reading.events.length === 0)).toEqual([])
        expect(readings.filter((reading) => reading.kind === 'problem')).toEqual([])
      }
    })

    it.each(['rubbish', '{', '}', '[1,2]', '17', 'null', '"text"', '\u0001\u0002', '{"type":'])(
      'tells a problem of the line %j',
      (line) => {
        expect(readText(adapter, transcripts[0]?.source, line).kind).toBe('problem')
      },
    )

    it('takes lines of white space and NUL bytes as blank', () => {
      for (const line of ['', '  ', '\t', '\0\0\0\0', ' \0 ']) {
        expect(readText(adapter, transcripts[0]?.source, line)).toEqual({ kind: 'blank' })
      }
    })

    it('lets a torn last line wait until it is whole', () => {
      for (const { source, bytes } of transcripts) {
        if (!(splitterOf(adapter, source) instanceof LineSplitter)) continue
        const lines = linesOf(adapter, source, bytes)
        for (const line of lines) {
          const splitter = new LineSplitter()
          const half = Math.floor(line.bytes.length / 2)
          expect(splitter.push(line.bytes.subarray(0, half), 0)).toEqual([])
          const rest = Buffer.concat([line.bytes.subarray(half), Buffer.from('\n')])
          const [joined] = splitter.push(rest, half)
          expect(readLine(adapter, source, { ...line, ...joined, offset: line.offset })).toEqual(
            readLine(adapter, source, line),
          )
        }
      }
    })

    it('understands records whose fields are of another type, or missing', () => {
      for (const { source, bytes } of transcripts) {
        for (const line of linesOf(adapter, source, bytes)) {
          for (const odd of variantsOf(parsedOrNull(line.bytes), 3)) {
            const reading = readText(adapter, source, JSON.stringify(odd))
            expect(['events', 'bookkeeping'], JSON.stringify(odd)).toContain(reading.kind)
          }
        }
      }
    })
  })
}

function filesBelow(adapter: Adapter, host: Host): string[] {
  return adapter.roots(host).flatMap(({ path }) => {
    if (!existsSync(path)) return []
    if (statSync(path).isFile()) return [path]
    return readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
  })
}

function linesOf(adapter: Adapter, source: Source, bytes: Uint8Array): Line[] {
  const splitter = splitterOf(adapter, source)
  const lines = splitter.push(bytes, 0)
  const last = splitter.flush()
  return last === null ? lines : [...lines, last]
}

/** What stands before or after the records of a document is no record by itself. */
function parsedOrNull(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return null
  }
}

function read(adapter: Adapter, source: Source, bytes: Uint8Array): LineReading[] {
  return readAll(adapter, source, linesOf(adapter, source, bytes))
}

/** One line after the other, each with what the ones before made the adapter remember. */
function readAll(adapter: Adapter, source: Source, lines: readonly Line[]): LineReading[] {
  let memory: unknown
  return lines.map((line) => {
    const reading = adapter.readLine(line.bytes, { source, offset: line.offset, memory })
    memory = reading.memory ?? memory
    return reading
  })
}

function idsOf(reading: LineReading): string[] {
  return reading.kind === 'events' ? reading.events.map((event) => event.id) : []
}

function readLine(adapter: Adapter, source: Source, line: Line): LineReading {
  return adapter.readLine(line.bytes, { source, offset: line.offset })
}

function readText(adapter: Adapter, source: Source | undefined, text: string): LineReading {
  if (source === undefined) throw new Error('There is no fixture.')
  return adapter.readLine(Buffer.from(text), { source, offset: 0 })
}

/** Every start of a line, and places in between. */
function cutsOf(bytes: Uint8Array): number[] {
  const cuts: number[] = []
  for (let at = 0; at < bytes.length; at += 1) if (at % 397 === 0 || bytes[at - 1] === 0x0a) cuts.push(at)
  return cuts
}

/** Reads up to the cut, forgets all but the position, and goes on from there. */
function inTwoParts(adapter: Adapter, source: Source, bytes: Uint8Array, cut: number): LineReading[] {
  const first = splitterOf(adapter, source)
  const before = first.push(bytes.subarray(0, cut), 0)
  const second = splitterOf(adapter, source, first.position)
  const after = second.push(bytes.subarray(first.position.offset), first.position.offset)
  const last = second.flush()
  const lines = [...before, ...after, ...(last === null ? [] : [last])]
  expect(lines.map((line) => line.number)).toEqual(lines.map((_, index) => index + 1))
  return readAll(adapter, source, lines)
}

const ODD_VALUES: unknown[] = [null, 0, -1.5, '', 'text', true, [], {}, [null], { type: 5 }]

/** The record with each field in turn, down to a depth, of another type or gone. */
function* variantsOf(value: unknown, depth: number): Iterable<unknown> {
  if (typeof value !== 'object' || value === null || depth === 0) return
  for (const [key, inner] of Object.entries(value)) {
    const copy = (other: unknown): unknown =>
      Array.isArray(value)
        ? value.map((item: unknown, index) => (String(index) === key ? other : item))
        : { ...value, [key]: other }
    for (const odd of ODD_VALUES) yield copy(odd)
    yield copy(undefined)
    for (const variant of variantsOf(inner, depth - 1)) yield copy(variant)
  }
}
