import type { FileChange } from '../../contract/event.ts'
import { countsIn, type Counts } from './numbering.ts'
import { isShape, numberOf, shapeOf, textOf } from '../shared/shape.ts'

/**
 * How far a turn is. `begun`: by a version that does not say why; `asked`: because somebody wants an answer; `unasked`: for
 * something else, a compaction for instance; `prompted`: what is typed from now on is typed while the agent works.
 */
export type Turn = (typeof TURNS)[number]

const TURNS = ['none', 'begun', 'asked', 'unasked', 'prompted'] as const

/** What earlier lines of a rollout say about later ones. */
export interface Memory {
  /** Of the turn; usage names none. */
  model: string | null
  /** Tokens that fit, as the agent told. */
  window: number | null
  /** All tokens so far, as they were told last: told again, they are nothing new. */
  total: string | null
  /** When the lines of another session were copied into this one; what they tell of tokens was counted there. */
  copiedAt: number | null
  turn: Turn
  /** Tokens in the context, as they were told last. */
  context: number | null
  /** What calls without a result are about to change, by the id of the call. */
  asked: Record<string, FileChange[]>
  /** Of ids that were made. */
  counts: Counts
}

/** Calls that are remembered until their results come. */
const MOST_ASKED = 20

const NOTHING: Memory = {
  model: null,
  window: null,
  total: null,
  copiedAt: null,
  turn: 'none',
  context: null,
  asked: {},
  counts: {},
}

/** Takes over what was remembered; nothing where a line is read by itself. */
export function memoryOf(kept: unknown): Memory {
  if (!isShape(kept)) return NOTHING
  return {
    model: textOf(kept['model']),
    window: numberOf(kept['window']),
    total: textOf(kept['total']),
    copiedAt: numberOf(kept['copiedAt']),
    turn: TURNS.find((turn) => turn === kept['turn']) ?? 'none',
    context: numberOf(kept['context']),
    // Only this adapter writes it.
    asked: shapeOf(kept['asked']) as Memory['asked'],
    counts: countsIn(kept['counts']),
  }
}

/** Remembers what a call is about to change; forgets the call where nothing is given. */
export function withAsked(memory: Memory, callId: string, changes: FileChange[] | null): Pick<Memory, 'asked'> {
  const others = Object.entries(memory.asked).filter(([id]) => id !== callId)
  const kept = others.slice(-MOST_ASKED + 1)
  return { asked: Object.fromEntries(changes === null ? kept : [...kept, [callId, changes]]) }
}
