import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Host, LineReading, ParsedEvent, SessionFact, Source } from '../adapter.ts'
import { LineSplitter } from '../shared/line-splitter.ts'
import { claudeCode } from './index.ts'

const homeDir = join(import.meta.dirname, 'fixtures/home')
const host: Host = { homeDir, env: {}, platform: 'linux' }

/** Reads one transcript of the fixture home, for tests. */
export function readFixture(path: string): LineReading[] {
  const file = join(homeDir, '.claude/projects/-w-app', path)
  const source = claudeCode.classify(file, host)
  if (source === null) throw new Error(`${path} is not a source.`)
  const lines = new LineSplitter().push(readFileSync(file), 0)
  return lines.map((line) => claudeCode.readLine(line.bytes, { source, offset: line.offset }))
}

/** The events of readings, in order. */
export function eventsIn(readings: LineReading[]): ParsedEvent[] {
  return readings.flatMap((reading) => (reading.kind === 'events' ? reading.events : []))
}

/** The facts of readings, in order. */
export function factsIn(readings: LineReading[]): SessionFact[] {
  return readings.flatMap((reading) => ('facts' in reading ? reading.facts : []))
}

/** Reads one line as it would stand in a session of the fixture home. */
export function readText(line: string | Uint8Array): LineReading {
  const path = join(homeDir, '.claude/projects/-w-app/s.jsonl')
  const source: Source = { agent: 'claude-code', path, role: 'session', nativeId: 's', subagentId: null }
  return claudeCode.readLine(typeof line === 'string' ? Buffer.from(line) : line, { source, offset: 0 })
}
