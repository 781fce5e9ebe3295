import type { Session } from '../../server/contract/session.ts'
import { compactionPath, projectPath, replayPath } from '../routes.ts'

/** What to do with the session that is looked for: open it, fork it, let it go on in another agent, redact it, see what its last compaction lost, or all sessions of its project. */
export type PaletteVerb = 'open' | 'fork' | 'handoff' | 'redact' | 'lost' | 'project'

/** What is typed into the palette: words of a session, with a verb before them or not. */
export interface PaletteQuery {
  verb: PaletteVerb
  words: string
}

/** How a query with a verb begins when it is chosen instead of typed. */
export const verbPrefixes = {
  fork: 'fork ',
  handoff: 'continue ',
  redact: 'redact ',
  lost: 'what was lost in ',
  project: 'project ',
} as const

const verbs: readonly { verb: PaletteVerb; pattern: RegExp }[] = [
  { verb: 'fork', pattern: /^fork\s+/i },
  { verb: 'handoff', pattern: /^(?:continue|hand\s*off)\s+/i },
  { verb: 'redact', pattern: /^redact\s+/i },
  { verb: 'lost', pattern: /^(?:what\s+was\s+)?lost\s+(?:in\s+)?/i },
  { verb: 'project', pattern: /^project\s+/i },
]

/** Takes the verb off what was typed. Half a verb is not one yet: its letters are words. */
export function parsePaletteQuery(text: string): PaletteQuery {
  for (const { verb, pattern } of verbs) {
    const match = pattern.exec(text.trimStart())
    if (match) return { verb, words: text.trimStart().slice(match[0].length).trim() }
  }
  return { verb: 'open', words: text.trim() }
}

/** True for sessions that the verb can do something with. Projects are listed themselves. */
export function isFitFor(verb: PaletteVerb, session: Session): boolean {
  if (verb === 'project') return false
  return verb !== 'lost' || session.compactions > 0
}

/** Where choosing a session leads. */
export function targetOf(verb: PaletteVerb, session: Session): string {
  switch (verb) {
    case 'open':
      return replayPath(session.id)
    case 'fork':
      return `${replayPath(session.id)}?fork=end`
    case 'handoff':
      return `${replayPath(session.id)}?handoff=end`
    case 'redact':
      return `${replayPath(session.id)}?redact=1`
    case 'lost':
      return compactionPath(session.id)
    case 'project':
      return session.projectPath === null ? replayPath(session.id) : projectPath(session.projectPath)
  }
}
