import type { Adapter, LineContext, LineReading } from '../adapter.ts'
import { readJsonLine } from '../shared/json-line.ts'
import { trimFiller } from '../shared/line-splitter.ts'
import { ROW_SIGNS, rowOf } from '../shared/row-line.ts'
import { shapeOf, type Shape } from '../shared/shape.ts'
import { readComposer, readHeader } from './composers.ts'
import { readBubble } from './bubbles.ts'
import { classify, roots } from './locate.ts'
import { composers } from './rows.ts'

/** Tokens that fit into the models that the editor offers, where a conversation does not state it. */
const USUAL_WINDOW = 200_000

/** Reads the conversations of the Cursor editor. See the README beside for rows, record kinds and evidence. */
export const cursor: Adapter = {
  id: 'cursor',
  label: 'Cursor',
  roots,
  classify,
  rows: composers,
  readLine,
  refusesWrites:
    'Cursor keeps its conversations as rows of one database, together with its settings, and checks them against four lists: nothing is written there. Export the session, or go on with it in another agent.',
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
  if (row === null) return bookkeeping('no key')
  if (row.problem !== null) return { kind: 'problem', reason: `${row.key}: ${row.problem}` }
  const [kind = ''] = row.key.split(':', 1)
  if (row.isGone || !['composerData', 'bubbleId', 'composerHeaders'].includes(kind)) return bookkeeping(null)
  if (row.isOther) return { kind: 'problem', reason: `The row ${row.key} is not JSON.` }
  if (!row.isJson) return bookkeeping(`${kind} without a value`)
  switch (kind) {
    case 'bubbleId':
      return readBubble(row)
    case 'composerHeaders':
      return { ...bookkeeping(null), facts: readHeader(shapeOf(row.json)) }
    default:
      return readComposer(row)
  }
}

function bookkeeping(unknownKind: string | null): Extract<LineReading, { kind: 'bookkeeping' }> {
  return { kind: 'bookkeeping', facts: [], fileOps: [], unknownKind }
}
