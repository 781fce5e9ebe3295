import type { Fitted } from './fit.ts'

/** What one side said until the other did. */
export interface Turn {
  role: 'user' | 'assistant'
  at: number | null
  texts: string[]
}

/** What whoever goes on has to know first. */
export interface Opening {
  /** What the other agent is called. */
  agent: string
  project: string | null
  gitBranch: string | null
  /** Files that the session had changed, by path. */
  changed: readonly string[]
  /** Items that were left out. */
  dropped: number
  /** The summary that stands for them, where there is one. */
  summary: string | null
}

const MOST_FILES = 40

/** The conversation as both sides take turns, the opening first. */
export function turnsOf(fitted: Fitted, opening: Opening): [Turn, ...Turn[]] {
  const turns: [Turn, ...Turn[]] = [
    { role: 'user', at: fitted.items[0]?.item.at ?? null, texts: [openingText(opening)] },
  ]
  for (const { item, text } of fitted.items) {
    const role = item.kind === 'said' ? item.role : 'assistant'
    const last = turns.at(-1)
    if (last?.role === role) last.texts.push(text)
    else turns.push({ role, at: item.at, texts: [text] })
  }
  return turns
}

/** The conversation as a text for whoever reads it. */
export function briefOf(fitted: Fitted, opening: Opening, title: string): string {
  const parts = [`# Hand-off: ${title.replace(/\s+/g, ' ').trim()}`, openingText(opening)]
  let role: string | null = null
  for (const { item, text } of fitted.items) {
    const now = item.kind === 'said' && item.role === 'user' ? 'User' : opening.agent
    if (now !== role) parts.push(`## ${now}`)
    role = now
    parts.push(text)
  }
  return `${parts.join('\n\n')}\n`
}

function openingText({ agent, project, gitBranch, changed, dropped, summary }: Opening): string {
  const place =
    project === null ? '' : ` The project is ${project}${gitBranch === null ? '' : `, branch ${gitBranch}`}.`
  const files =
    changed.length === 0
      ? ' No file was changed up to here.'
      : ` Files changed up to here: ${changed.slice(0, MOST_FILES).join(', ')}${changed.length > MOST_FILES ? ` and ${changed.length - MOST_FILES} more` : ''}. Read them before relying on what is said about them.`
  const left = dropped === 0 ? '' : `\n\nThe beginning is left out (${dropped} texts and calls).`
  const told = summary === null || summary.trim() === '' ? '' : ` Its summary:\n\n${summary.trim()}`
  return `(This conversation began in ${agent} and goes on here. Calls of its tools stand as text in brackets; those tools may not exist here.${place}${files})${left}${told}`
}
