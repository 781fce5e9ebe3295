import type { ForkPlan, KeptFile } from '../adapter.ts'
import { claudeForks } from './fork.ts'

/** The id that forks of tests get. */
export const FORK_ID = 'ffffffff-0000-4000-8000-ffffffffffff'

/** A line of a session: a record, or bytes that stand there as they are. */
export type TestLine = object | string | Uint8Array

/** A fork as it would be written. */
export interface MadeFork extends ForkPlan {
  text: string
  records: Record<string, unknown>[]
  /** Ids of the records, in order. */
  ids: unknown[]
}

/** A file with these lines. */
export function fileOf(lines: readonly TestLine[], path = '/h/.claude/projects/-w-app/s.jsonl'): KeptFile {
  return keptFile(Buffer.concat(lines.flatMap((line) => [bytesOf(line), Buffer.from('\n')])), path)
}

/** A file with these bytes; reads are cut at odd places, as from a vault. */
export function keptFile(bytes: Uint8Array, path: string): KeptFile {
  return { path, length: bytes.length, read: (from, to) => bytes.subarray(from, Math.min(to, from + 1024 * 1024)) }
}

/** Cuts a file at the line that holds the id (`<uuid>` or `<uuid>#<part>`), and reads what would be written. */
export async function forkAt(
  eventId: string,
  files: readonly [KeptFile, ...KeptFile[]],
  movedTo: string | null = null,
): Promise<MadeFork> {
  const cut = { eventId, offset: offsetOf(eventId, files[0]) }
  const host = { homeDir: '/h', env: {}, platform: 'linux' as const }
  const plan = await claudeForks.plan({ nativeId: FORK_ID, files, cut, movedTo }, host)
  const parts = plan.pieces.map((piece) =>
    'bytes' in piece ? piece.bytes : allOf(files[piece.file], piece.from, piece.to),
  )
  const text = Buffer.concat(parts).toString()
  const records = text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  return { ...plan, text, records, ids: records.map((record) => record['uuid']) }
}

/** All bytes of a file. */
export function allOf(file: KeptFile | undefined, from = 0, to = file?.length ?? 0): Uint8Array {
  if (!file) throw new Error('There is no such file.')
  const parts: Uint8Array[] = []
  for (let at = from; at < to;) {
    const part = file.read(at, to)
    parts.push(part)
    at += part.length
  }
  return Buffer.concat(parts)
}

function offsetOf(eventId: string, file: KeptFile): number {
  const bytes = Buffer.from(allOf(file))
  const id = eventId.split('#')[0] ?? eventId
  const at = bytes.indexOf(`"uuid":"${id}"`)
  if (at === -1) throw new Error(`There is no record ${id}.`)
  return bytes.lastIndexOf(0x0a, at) + 1
}

function bytesOf(line: TestLine): Uint8Array {
  if (line instanceof Uint8Array) return line
  return Buffer.from(typeof line === 'string' ? line : JSON.stringify(line))
}
