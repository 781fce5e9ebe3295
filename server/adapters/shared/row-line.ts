import { isUtf8 } from 'node:buffer'
import { hash } from 'node:crypto'
import type { RecordSigns } from './json-line.ts'
import { isShape, textOf, type Shape } from './shape.ts'

/** What a row's line says besides the row; only what is set is written. */
export interface RowNotes {
  /** Stands before the value, where it can be read without the rest: how the row stands to those before it. */
  place?: Record<string, string | true>
  /** Stands after the value: what is known of its surroundings. */
  about?: Shape
}

/** What was read of the beginning of a line. */
export interface RowHead {
  key: string
  hash: string
  place: Shape
}

/** A row as a line tells it. */
export interface KeptRow {
  key: string
  /** The value, where it is JSON. */
  json: unknown
  isJson: boolean
  /** True for a value that is another text, or bytes. */
  isOther: boolean
  isGone: boolean
  /** Why the value could not be read. */
  problem: string | null
  place: Shape
  about: Shape
}

const LF = 0x0a
const CR = 0x0d
const HEAD = /^\{"key":("(?:[^"\\]|\\.)*"),"hash":"([0-9a-f]*)"(?:,"place":(\{[^{}]*\}))?[,}]/
/** Longer than every head. */
const HEAD_BYTES = 4096

/** Tells a line of a row from objects inside of it. */
export const ROW_SIGNS: RecordSigns = {
  start: /\{"key":"/g,
  isRecord: (found) => textOf(found['key']) !== null && typeof found['hash'] === 'string',
}

/** What tells a value from another one, short. */
export function hashOf(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex').slice(0, 16)
}

/**
 * The line of a row, without line feed. A value that is JSON stands in it as it is, byte for byte, so that what is inside
 * can be looked through like any record; another text as a string; all else as base64.
 */
export function lineOf(key: string, value: { bytes: Uint8Array; isText: boolean }, notes: RowNotes = {}): Buffer {
  const { bytes, isText } = value
  const about = notes.about === undefined ? '' : `,"about":${JSON.stringify(notes.about)}`
  const head = `${headOf(key, hashOf(bytes), notes)}${isText ? '' : ',"blob":true'}`
  if (isUtf8(bytes)) {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (isOneJson(text)) return Buffer.concat([Buffer.from(`${head},"json":`), text, Buffer.from(`${about}}`)])
    return Buffer.from(`${head},"text":${JSON.stringify(text.toString('utf8'))}${about}}`)
  }
  return Buffer.from(`${head},"base64":"${Buffer.from(bytes).toString('base64')}"${about}}`)
}

/** The line of a row whose value cannot be read. */
export function unreadableLine(key: string, problem: string): Buffer {
  return Buffer.from(`${headOf(key, hashOf(Buffer.from(problem)), {})},"problem":${JSON.stringify(problem)}}`)
}

/** The line that says that a row is there no more. */
export function goneLine(key: string): Buffer {
  return Buffer.from(`${headOf(key, '', {})},"gone":true}`)
}

/** Reads the beginning of a line; null when it is none of a row. */
export function headOfLine(line: Uint8Array): RowHead | null {
  const text = Buffer.from(line.buffer, line.byteOffset, Math.min(line.byteLength, HEAD_BYTES)).toString('utf8')
  const [, key, hashed, place] = HEAD.exec(text) ?? []
  if (key === undefined || hashed === undefined) return null
  return { key: JSON.parse(key) as string, hash: hashed, place: place === undefined ? {} : parsedShape(place) }
}

/** Reads a parsed line. */
export function rowOf(record: Shape): KeptRow | null {
  const key = textOf(record['key'])
  if (key === null) return null
  return {
    key,
    json: record['json'],
    isJson: 'json' in record,
    isOther: 'text' in record || 'base64' in record,
    isGone: record['gone'] === true,
    problem: textOf(record['problem']),
    place: isShape(record['place']) ? record['place'] : {},
    about: isShape(record['about']) ? record['about'] : {},
  }
}

/** The value of a row as an object; null when it is none. */
export function parsedRow(bytes: Uint8Array): Shape | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'))
    return isShape(value) ? value : null
  } catch {
    return null
  }
}

function headOf(key: string, hashed: string, { place }: RowNotes): string {
  const told = place === undefined || Object.keys(place).length === 0 ? '' : `,"place":${JSON.stringify(place)}`
  return `{"key":${JSON.stringify(key)},"hash":"${hashed}"${told}`
}

/** An object or a list on one line: what a line can hold as it is. */
function isOneJson(text: Buffer): boolean {
  const first = text[0]
  if ((first !== 0x7b && first !== 0x5b) || text.includes(LF) || text.includes(CR)) return false
  try {
    JSON.parse(text.toString('utf8'))
    return true
  } catch {
    return false
  }
}

function parsedShape(text: string): Shape {
  try {
    const value: unknown = JSON.parse(text)
    return isShape(value) ? value : {}
  } catch {
    return {}
  }
}
