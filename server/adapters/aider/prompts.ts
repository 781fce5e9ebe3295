import type { LineReading } from '../adapter.ts'
import { eventsOf } from './drafts.ts'
import type { Piece } from './pieces.ts'

/** Commands whose text is meant for the model. */
const ASKS = /^\/(?:ask|code|architect|help|chat-mode|ok|context)(?:\s+|$)/
/** A question of Aider that was answered for a whole group is logged like input. */
const CONFIRMATION = /\(Y\)es\/\(N\)o.*\[[^\]]*\]: \S*$/

/** Reads what the user typed: a prompt, a command, or nothing. */
export function readInput(piece: Piece, base: string): LineReading {
  const text = piece.lines
    .filter((line) => line.startsWith('####'))
    .map((line) => line.slice(4).replace(/^ /, '').replace(/ {2}$/, ''))
    .join('\n')
  if (text.trim() === '<blank>' || text.trim() === '') {
    return { kind: 'events', events: eventsOf(base, 'input/blank', [{ kind: 'progress', text: '' }]), facts: [] }
  }
  if (CONFIRMATION.test(text)) {
    return { kind: 'events', events: eventsOf(base, 'confirmation', [{ kind: 'notice', text }]), facts: [] }
  }
  if (!text.startsWith('/') && !text.startsWith('!')) return prompt(text, base)
  const asked = text.replace(ASKS, '').trim()
  if (ASKS.test(text) && asked !== '') return prompt(text, base)
  return { kind: 'events', events: eventsOf(base, commandOf(text), [{ kind: 'command', text }]), facts: [] }
}

function prompt(text: string, base: string): LineReading {
  return {
    kind: 'events',
    events: eventsOf(base, 'input', [{ kind: 'prompt', text }]),
    facts: [{ kind: 'first-prompt', text }],
  }
}

function commandOf(text: string): string {
  return /^(?:\/[\w-]+|!)/.exec(text)?.[0] ?? 'input'
}
