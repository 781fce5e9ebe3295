import { createHash } from 'node:crypto'
import type { LineContext } from '../adapter.ts'
import { forkIdOf, projectOf } from './locate.ts'

const HEADER = /^# aider chat started at (\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)\s*$/

/** A piece without the blank lines before it, and where it begins in the history. */
export interface Piece {
  lines: string[]
  offset: number
}

/** The piece that a whole text of the history is; null when it is blank. */
export function pieceOf(text: string, offset: number): Piece | null {
  const blank = /^(?:[\s\0]*\n)?(?=[^\n]*[^\s\0])/.exec(text)
  if (blank === null) return null
  const lines = text.slice(blank[0].length).split(/\r?\n/)
  return { lines, offset: offset + Buffer.byteLength(blank[0]) }
}

/** When a run began, in milliseconds since 1970: histories tell the clock on the wall and no zone, so that of here is taken. */
export function startOf(line: string): number | null {
  const [, ...parts] = HEADER.exec(line) ?? []
  const [year, month, day, hour, minute, second] = parts.map(Number)
  if (year === undefined || month === undefined) return null
  return new Date(year, month - 1, day, hour, minute, second).getTime()
}

/** The id of the run that begins with this piece; null when none does. That of a fork is the name of its file. */
export function runIdOf(piece: Piece, file: string): string | null {
  const parts = HEADER.exec(piece.lines[0] ?? '')
  if (parts === null) return null
  const fork = forkIdOf(file)
  if (fork !== null && piece.offset <= 2) return fork
  const [year, month, day, hour, minute, second] = parts.slice(1)
  const place = createHash('sha256').update(file).digest('hex').slice(0, 8)
  return `${year}${month}${day}-${hour}${minute}${second}-${piece.offset.toString(36)}-${place}`
}

/**
 * What ids of a piece begin with. In a run they follow from when it started and how far in it the piece stands, so that
 * a fork, which begins with a copy, has the same.
 */
export function idBase(piece: Piece, context: LineContext): string {
  const { session, source } = context
  const startsAt = piece.lines[0] === undefined ? null : startOf(piece.lines[0])
  const began = startsAt ?? session?.startedAt ?? null
  if (session === undefined || began === null) return `${hashOf(source.path)}.${piece.offset.toString(36)}`
  const run = hashOf(`${projectOf(source.path)} ${began}`)
  return `${run}.${(piece.offset - beginOf(session.nativeId, source.path)).toString(36)}`
}

/** Where a run begins in its history, by its id. */
function beginOf(nativeId: string, file: string): number {
  if (nativeId === forkIdOf(file)) return 0
  return Number.parseInt(nativeId.split('-').at(-2) ?? '0', 36) || 0
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 10)
}
