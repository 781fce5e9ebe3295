import { ForkError, type Composition, type Conversation, type SessionComposer, type Turn } from '../adapter.ts'
import { aiderForks } from './fork.ts'
import { forkPlace } from './locate.ts'

/** What Aider's own reader takes for the user, for itself or for the beginning of a run, wherever it stands. */
const TAKEN_AMISS = /^(?=# |> |#### )/gm

/** Aider is written in Python, which ends lines at more characters than others do: at these, by number, too. */
const FURTHER_BREAKS = [0x0b, 0x0c, 0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029].map((code) => String.fromCharCode(code))
const LINE_BREAK = new RegExp(`\\r\\n|[\\r\\n${FURTHER_BREAKS.join('')}]`)

/** Makes histories that `aider --restore-chat-history` takes. */
export const aiderComposer: SessionComposer = {
  idFrom: (seed) => aiderForks.idFrom(seed).replace('fork', 'handoff'),
  compose,
}

function compose({ nativeId, cwd, turns, now }: Conversation): Composition {
  if (cwd === null) throw new ForkError('Aider keeps its history in the project’s folder, and no record names it.')
  const place = forkPlace(cwd, nativeId)
  const indented = turns.reduce((sum, turn) => sum + (turn.role === 'assistant' ? countAmiss(turn) : 0), 0)
  const text = [`# aider chat started at ${wallClock(turns[0].at ?? now)}\n\n`, ...turns.map(linesOf)].join('')
  return {
    ...place,
    root: cwd,
    mode: 0o644,
    bytes: Buffer.from(text),
    losses:
      indented === 0
        ? []
        : [`${indented} lines of answers are indented by a blank: Aider would take them for prompts or its own.`],
  }
}

/** As Aider writes them: see the README. */
function linesOf(turn: Turn): string {
  const lines = textOf(turn)
  if (turn.role === 'assistant') return `\n${lines.join('\n').replace(TAKEN_AMISS, ' ')}\n\n`
  return `\n#### ${lines.join('  \n#### ').trimEnd()}  \n`
}

function countAmiss(turn: Turn): number {
  return textOf(turn).join('\n').match(TAKEN_AMISS)?.length ?? 0
}

function textOf({ texts }: Turn): string[] {
  return texts.join('\n\n').trim().split(LINE_BREAK)
}

/** `2026-09-01 10:00:00` by the clock of this machine. */
function wallClock(at: number): string {
  const date = new Date(at)
  const two = (part: number) => String(part).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}
