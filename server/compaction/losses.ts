import type { Coverage } from '../contract/compaction.ts'
import type { CompactionMark } from '../contract/event.ts'
import type { Candidate, Collector, Told } from './candidate.ts'
import { Commands } from './commands.ts'
import { Coverings } from './coverage.ts'
import { Failures } from './failures.ts'
import { textField } from './field.ts'
import { Files } from './files.ts'
import { Instructions } from './instructions.ts'
import { Rarity } from './rarity.ts'
import { Reasoning } from './reasoning.ts'
import { Todos } from './todos.ts'
import { Verdicts } from './verdicts.ts'

/** An item with how much of it remained. */
export interface JudgedItem extends Candidate {
  id: string
  coverage: Coverage
  found: string[]
  missing: string[]
}

/** A stretch of a session that ends with a compaction, or with the last event when `end` is null. */
export interface Stretch {
  fromSeq: number
  end: { seq: number; id: string; at: string | null; mark: CompactionMark | null } | null
  /** Null where none was written, or not yet: then all counts as lost. */
  summary: string | null
  items: JudgedItem[]
}

/** Most items of a kind in one stretch; the least important go. */
const MOST: Record<Candidate['kind'], number> = {
  instruction: 80,
  decision: 80,
  rejected: 50,
  file: 80,
  command: 50,
  error: 50,
  todo: 40,
}

/** Events after a compaction in which what is read anew counts as put back. */
const SETTLING = 40
/** Texts of events that a compaction may name as carried over. */
const REMEMBERED = 100
const LONGEST_REMEMBERED = 6000
const LONGEST_COUNTED = 3000

/** What shows that something went on after a compaction; commands and attachments belong to it. */
const WORK: ReadonlySet<string> = new Set(['prompt', 'answer', 'thinking', 'tool_call'])

/** A stretch whose compaction was seen. */
interface Closed {
  fromSeq: number
  candidates: Candidate[]
  end: NonNullable<Stretch['end']>
  summary: string | null
  carried: string[]
  files: Set<string>
  eventsAfter: number
  isSettled: boolean
  items: JudgedItem[] | null
}

/**
 * Reads a session's events in order and says, for every compaction, what came before it and how much of that remained.
 * Can be asked at any time and go on reading: nothing is read twice.
 */
export class Losses {
  readonly #collectors: Collector[]
  readonly #rarity = new Rarity()
  readonly #texts = new Map<string, string>()
  readonly #closed: Closed[] = []
  #from = 0
  #hasWork = false

  constructor(projectPath: string | null) {
    this.#collectors = [
      new Instructions(),
      new Verdicts(),
      new Reasoning(),
      new Files(projectPath),
      new Commands(),
      new Failures(),
      new Todos(),
    ]
  }

  take(event: Told): void {
    if (event.branch < 0) return
    if (event.kind === 'compaction') {
      this.#close(event)
      return
    }
    const last = this.#closed.at(-1)
    if (event.kind === 'summary') {
      if (last && !last.isSettled) last.summary ??= event.text
      return
    }
    if (last && !last.isSettled) settle(last, event)
    this.#hasWork ||= WORK.has(event.kind)
    for (const collector of this.#collectors) collector.take(event)
    this.#hear(event)
  }

  /** The stretches so far, the last without end where work came after the last compaction. Yields between small parts. */
  *stretches(): Generator<void, Stretch[]> {
    const stretches: Stretch[] = []
    for (const closed of this.#closed) {
      const items = closed.items ?? (yield* this.#judge(closed))
      // What was judged while the agent still read files may be judged again.
      if (closed.isSettled) closed.items = items
      stretches.push({ fromSeq: closed.fromSeq, end: closed.end, summary: closed.summary, items })
    }
    if (this.#hasWork) {
      const items = withIds(this.#collect()).map((item) => ({ ...item, ...NOT_SUMMED_UP }))
      stretches.push({ fromSeq: this.#from, end: null, summary: null, items })
    }
    return stretches
  }

  *#judge(closed: Closed): Generator<void, JudgedItem[]> {
    const items = withIds(closed.candidates)
    if (closed.summary === null && closed.carried.length === 0)
      return items.map((item) => ({ ...item, ...NOT_SUMMED_UP }))
    const coverings = new Coverings(
      {
        texts: [closed.summary ?? '', ...closed.carried],
        preserved: new Set(closed.end.mark?.preserved),
        files: closed.files,
      },
      (key) => this.#rarity.of(key),
    )
    yield
    const judged: JudgedItem[] = []
    for (const item of items) {
      judged.push({ ...item, ...coverings.judge(item) })
      if (judged.length % 16 === 0) yield
    }
    return judged
  }

  #close(event: Told): void {
    const previous = this.#closed.at(-1)
    if (previous) previous.isSettled = true
    const carried = (event.compaction?.preserved ?? []).map((id) => this.#texts.get(id))
    this.#closed.push({
      fromSeq: this.#from,
      candidates: this.#collect(),
      end: { seq: event.seq, id: event.id, at: event.at, mark: event.compaction },
      summary: null,
      carried: carried.filter((text) => text !== undefined),
      files: new Set(),
      eventsAfter: 0,
      isSettled: false,
      items: null,
    })
    for (const collector of this.#collectors) collector.begin()
    this.#from = event.seq + 1
    this.#hasWork = false
  }

  /** Counts terms, and remembers what may be carried over: only what came last can be. */
  #hear(event: Told): void {
    if (event.kind === 'attachment') return
    if (event.text !== null) {
      this.#texts.set(event.id, event.text.slice(0, LONGEST_REMEMBERED))
      const [oldest] = this.#texts.keys()
      if (this.#texts.size > REMEMBERED && oldest !== undefined) this.#texts.delete(oldest)
    }
    if (event.kind === 'tool_result') return
    const said = event.text ?? event.tool?.summary
    if (said) this.#rarity.add(said.slice(0, LONGEST_COUNTED))
  }

  #collect(): Candidate[] {
    return ranked(this.#collectors.flatMap((collector) => collector.found()))
  }
}

const NOT_SUMMED_UP = { coverage: 'lost', found: [] as string[], missing: [] as string[] } as const

/** Sees which files come back right after a compaction: put back by the agent's host, or read anew. */
function settle(closed: Closed, event: Told): void {
  closed.eventsAfter += 1
  const isRead = event.tool?.name === 'Read'
  const path = event.kind === 'attachment' ? event.text : isRead ? textField(event.tool?.input, 'file_path') : null
  if (path !== null && path.length < 1000) closed.files.add(path)
  if (event.kind === 'prompt' || closed.eventsAfter > SETTLING) closed.isSettled = true
}

/** The most important of each kind, in the order of the session. */
function ranked(candidates: Candidate[]): Candidate[] {
  const first = candidates.reduce((least, one) => Math.min(least, one.seq), Number.POSITIVE_INFINITY)
  const last = candidates.reduce((most, one) => Math.max(most, one.seq), 0)
  const span = Math.max(1, last - first)
  // What came last is what was being worked on.
  const weigh = (one: Candidate) => Math.min(1, one.importance + (0.08 * (one.seq - first)) / span)
  const weighed = candidates.map((one) => ({ ...one, importance: Math.round(weigh(one) * 1000) / 1000 }))
  const kept = new Set<Candidate>()
  for (const kind of Object.keys(MOST) as Candidate['kind'][]) {
    const ofKind = weighed.filter((one) => one.kind === kind)
    ofKind.sort((a, b) => b.importance - a.importance || b.seq - a.seq)
    for (const one of ofKind.slice(0, MOST[kind])) kept.add(one)
  }
  return weighed.filter((one) => kept.has(one)).sort((a, b) => a.seq - b.seq)
}

function withIds(candidates: Candidate[]): (Candidate & { id: string })[] {
  const counts = new Map<string, number>()
  return candidates.map((candidate) => {
    const base = `${candidate.kind}:${candidate.eventId}`
    const count = counts.get(base) ?? 0
    counts.set(base, count + 1)
    return { ...candidate, id: `${base}:${count}` }
  })
}
