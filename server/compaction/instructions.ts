import { type Candidate, type Collector, cutLine, type Told } from './candidate.ts'
import { sentencesOf } from './sentences.ts'

const LONGEST = 500

/** Words that bind: what must or must never be done. */
const CONSTRAINT =
  /\b(?:never|always|must(?:n['’]t)?|do(?:es)?n['’]?t|do not|don['’]t|should(?:n['’]t| not)|only|without|avoid|make sure|ensure|instead|rather|prefer|keep|stop|no need|not (?:correct|right|what)|wrong|let['’]s not|please|niemals?|immer|nicht|kein\w*|müssen|muss|darf|nur|statt\w*|bitte|jamais|toujours|ne pas|nunca|siempre|solo|sólo|debe)\b/i
const STRONG_CONSTRAINT =
  /\b(?:must(?:n['’]t)?|don['’]t|do not|not (?:correct|right|what)|wrong|let['’]s not|make sure|ensure|avoid|should(?: not|n['’]t)|no need|niemals?|nicht|kein\w*|muss|müssen|darf|jamais|nunca)\b|(?:^|[,;:.]\s+|\b(?:and|but|please|to)\s+)(?:never|always|only|keep)\b/i

/** Approval without content of its own. */
const NODS = new Set(
  'yes yep yeah y ja jo ok okay okey k sure fine good great nice cool perfect excellent thanks thank you danke merci gracias please bitte go ahead on continue weiter proceed next now then do it that this sounds looks alright right correct correctly lgtm mach das gut both all the and so lets let us also well done awesome super genau oui si sí'.split(
    ' ',
  ),
)

/** What hosts put around a prompt. */
const WRAPPING = /<(system-reminder|ide_[a-z_]+|environment_context|user_instructions)>[\s\S]*?(?:<\/\1>|$)/g

/** Commands of the agent itself: they steer the program, not the work. */
const AGENT_COMMANDS =
  /^\/(?:add-dir|agents|bashes|bug|clear|compact|config|context|copy|cost|doctor|effort|exit|export|extra-usage|fast|feedback|help|hooks|ide|init|install[\w-]*|login|logout|mcp|memory|model|mobile|output-style|permissions|plugin|plugins|privacy-settings|quit|release-notes|reload-plugins|remote-control|rename|resume|rewind|sandbox|skills|stats|status|statusline|tasks|terminal-setup|theme|todos|upgrade|usage|vim|voice)\b/

/** The user's instructions: what was typed, without nods and without commands of the agent. */
export class Instructions implements Collector {
  #found: Candidate[] = []
  #seen = new Set<string>()

  take(event: Told): void {
    if (event.branch > 0) return
    const text = ownWords(wordsOf(event))
    if (text === null || isNod(text)) return
    const key = text.toLowerCase().replace(/\s+/g, ' ')
    if (this.#seen.has(key)) return
    this.#seen.add(key)
    const lead = cutLine(text, LONGEST)
    this.#found.push({
      kind: 'instruction',
      seq: event.seq,
      eventId: event.id,
      text: lead,
      detail: null,
      importance: weigh(lead),
    })
    if (text.length > LONGEST) this.#takeConstraints(event, text, lead)
  }

  found(): Candidate[] {
    const first = this.#found[0]
    const last = this.#found.findLast((one) => one.text.length > 20)
    // The first tells the aim, the last what was being done.
    return this.#found.map((one) => ({
      ...one,
      importance: Math.max(one.importance, one === last ? 0.95 : one === first ? 0.9 : 0),
    }))
  }

  begin(): void {
    this.#found = []
    this.#seen.clear()
  }

  /** What binds in the rest of a long prompt. */
  #takeConstraints(event: Told, whole: string, lead: string): void {
    let count = 0
    for (const { text } of sentencesOf(whole)) {
      if (count === 8) return
      if (text.length < 15 || !STRONG_CONSTRAINT.test(text) || lead.includes(text.slice(0, 60))) continue
      count += 1
      this.#found.push({
        kind: 'instruction',
        seq: event.seq,
        eventId: event.id,
        text: cutLine(text, 300),
        detail: null,
        importance: 0.8,
      })
    }
  }
}

function wordsOf(event: Told): string | null {
  if (event.text === null) return null
  if (event.kind === 'prompt') {
    const text = event.text.replace(WRAPPING, '').trim()
    return text === '' ? null : text
  }
  if (event.kind !== 'command' || !event.text.startsWith('/') || AGENT_COMMANDS.test(event.text)) return null
  return /^\/[\w:.-]+(?:\s|$)/.test(event.text) ? event.text : null
}

/** A line of a log, a listing, data or code. */
const PASTED =
  /^\s*(?:[=\-*_#~]{3,}|[{}[\]|>$]|["'\w.-]+["']?\s*[:=]\s|\S+[:/]\S+$|\d{2,4}[-/:.]\d{2}|(?:at|in) \S+:\d+|[A-Z]+:? \S+:\d+|\S+\s*$|.*[;{}]$|(?:create|delete) mode)|^\s{4,}/

/** What a person typed around something pasted; all of it where nothing else was typed. */
function ownWords(text: string | null): string | null {
  if (text === null || text.length <= LONGEST || /^\s*(?:implement|execute) the following plan/i.test(text)) return text
  const lines = text.split('\n')
  const typed = lines.filter((line) => !PASTED.test(line) && /\p{Ll}{2,}\s+\S+\s+\S+/u.test(line))
  const isMostlyPasted = typed.length > 0 && typed.length * 3 < lines.filter((line) => line.trim() !== '').length
  return isMostlyPasted ? typed.join('\n').trim() : text
}

/** True where nothing but agreement was said. */
export function isNod(text: string): boolean {
  if (text.length > 60) return false
  const words = text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? []
  return words.every((word) => NODS.has(word.replace(/'/g, '')))
}

function weigh(text: string): number {
  if (text.startsWith('/') && !text.includes(' ')) return 0.35
  const base = text.length < 16 ? 0.45 : 0.7
  if (STRONG_CONSTRAINT.test(text)) return base + 0.18
  return CONSTRAINT.test(text) ? base + 0.1 : base
}
