import type { Adapter, LineContext, LineReading, SessionFact } from '../adapter.ts'
import { readJsonLine } from '../shared/json-line.ts'
import { trimFiller } from '../shared/line-splitter.ts'
import { ROW_SIGNS, rowOf, type KeptRow } from '../shared/row-line.ts'
import { isShape, shapeOf, textOf, type Shape } from '../shared/shape.ts'
import { classify, roots } from './locate.ts'
import { readMessage } from './messages.ts'
import { resumeCommand } from './resume-command.ts'
import { stores } from './rows.ts'

const USUAL_WINDOW = 200_000
/** What a session is called before it has a name. */
const UNNAMED = 'New Agent'

/** Reads the sessions of Cursor's agent in a terminal. See the README beside for rows, record kinds and evidence. */
export const cursorCli: Adapter = {
  id: 'cursor-cli',
  label: 'Cursor CLI',
  roots,
  classify,
  rows: stores,
  readLine,
  resumeCommand,
  refusesWrites:
    'A session of Cursor CLI is a database of the agent’s own form, which could not be tried with the agent itself: none is written. Export the session, or go on with it in another agent.',
  contextWindow: (_model, used) => Math.max(USUAL_WINDOW, used),
  costOf: () => null,
}

function readLine(line: Uint8Array, context: LineContext): LineReading {
  const trimmed = trimFiller(line)
  if (trimmed.length === 0) return { kind: 'blank' }
  try {
    const read = readJsonLine(trimmed, ROW_SIGNS)
    if ('problem' in read) return { kind: 'problem', reason: read.problem }
    const [first = {}] = read.records
    return readRow(context.review ? shapeOf(context.review.record(first, 0)) : first)
  } catch (error) {
    // Only foreign data can bring us here (a record nested thousands of levels deep): it is kept and told, never fatal.
    return { kind: 'problem', reason: `The record could not be understood: ${String(error)}` }
  }
}

function readRow(record: Shape): LineReading {
  const row = rowOf(record)
  if (row === null) return bookkeeping([], 'no key')
  if (row.problem !== null) return { kind: 'problem', reason: `${row.key}: ${row.problem}` }
  const [kind = '', id = ''] = row.key.split(':')
  if (kind === 'meta') return bookkeeping(id === '0' ? metaFacts(row) : [], null)
  if (kind !== 'blob') return bookkeeping([], kind)
  if (row.place['early'] === true) return bookkeeping([], null)
  // Nodes of the tree are not JSON.
  if (!isShape(row.json) || textOf(row.json['role']) === null) return bookkeeping([], null)
  const isAside = row.place['listed'] !== true
  const { events, facts } = readMessage({ id, json: row.json, about: row.about, isAside })
  return events.length === 0 ? bookkeeping(facts, null) : { kind: 'events', events, facts }
}

function metaFacts({ place, about }: KeptRow): SessionFact[] {
  const name = textOf(shapeOf(about['meta'])['name'])
  const folder = textOf(about['folder'])
  const left = textOf(place['left'])
  return [
    ...(name === null || name === UNNAMED ? [] : [{ kind: 'title', rank: 1, text: name } as const]),
    ...(folder === null ? [] : [{ kind: 'cwd', path: folder, isProject: true } as const]),
    ...(left === null ? [] : [{ kind: 'rewind', id: left, keeps: false } as const]),
  ]
}

function bookkeeping(facts: SessionFact[], unknownKind: string | null): LineReading {
  return { kind: 'bookkeeping', facts, fileOps: [], unknownKind }
}
