import { setImmediate } from 'node:timers/promises'
import type { SessionStore, StoredSession } from '../../db/stores/session-store.ts'
import type { CompactionLoss } from '../contract/compaction.ts'
import { AppError, notFound } from '../errors.ts'
import { type Brief, chooseByImportance, writeBrief } from './brief.ts'
import { type JudgedItem, Losses, type Stretch } from './losses.ts'
import { estimateTokens, type Tokens } from './tokens.ts'
import { type EventSource, walk } from './walk.ts'

/** What a brief is asked for. */
export interface BriefRequest {
  /**
   * `seq` or event id of a compaction; absent the last one, or all so far when there is none. `next` is one that is under
   * way: what came after the last one in the record, or the last one itself where nothing came.
   */
  compaction?: number | string | undefined
  budget: number
  items?: string[] | undefined
  maxCharacters?: number | undefined
  links?: 'each' | 'once' | undefined
}

interface Read {
  losses: Losses
  /** Last event that was taken. */
  seq: number
  lastPrompt: number
  stretches: Stretch[]
  events: number
}

/** Sessions whose reading is kept, so that a growing one costs what came since. */
const MOST_READ = 8
const SLICE_MS = 8

/** Says what the compactions of a session dropped, and writes briefs from it. */
export class Compactions {
  readonly #sessions: Pick<SessionStore, 'find'>
  readonly #source: EventSource
  readonly #tokens: Tokens
  readonly #read = new Map<string, Read>()
  readonly #reading = new Map<string, Promise<Read>>()

  constructor(parts: { sessions: Pick<SessionStore, 'find'>; source: EventSource; tokens: Tokens }) {
    this.#sessions = parts.sessions
    this.#source = parts.source
    this.#tokens = parts.tokens
  }

  /** The compactions of a session in their order. Throws `not_found` for a session that is not here. */
  async list(sessionId: string): Promise<CompactionLoss[]> {
    const { stretches } = await this.#readSession(this.#get(sessionId))
    return stretches.flatMap((stretch) => toLoss(stretch) ?? [])
  }

  /** Writes a brief. Throws `not_found` for a session or compaction, `bad_request` for an item, that is not here. */
  async brief(sessionId: string, request: BriefRequest): Promise<Brief> {
    const session = this.#get(sessionId)
    const { stretches } = await this.#readSession(session)
    const stretch = find(stretches, request.compaction)
    const maxCharacters = request.maxCharacters ?? Number.POSITIVE_INFINITY
    const plan = {
      sessionId,
      title: session.title,
      stretch: stretch ?? { end: null, summary: null },
      items: request.items ? named(stretch?.items ?? [], request.items) : chooseByImportance(stretch?.items ?? []),
      budget: request.budget,
      maxCharacters,
      links: request.links ?? (request.maxCharacters === undefined ? ('each' as const) : ('once' as const)),
    }
    return writeBrief(plan, (texts) => this.#tokens.count(texts))
  }

  /** Reads a session and loads the tokenizer ahead of a request that must be quick. Never fails. */
  async prepare(sessionId: string): Promise<void> {
    const session = this.#sessions.find(sessionId)
    await Promise.allSettled([session && this.#readSession(session), this.#tokens.count(['ready'])])
  }

  close(): Promise<void> {
    return this.#tokens.close()
  }

  #get(sessionId: string): StoredSession {
    const session = this.#sessions.find(sessionId)
    if (!session) throw notFound('session', sessionId)
    return session
  }

  /** Two requests at once share one reading. */
  async #readSession(session: StoredSession): Promise<Read> {
    const running = this.#reading.get(session.id)
    if (running) {
      await running.catch(() => undefined)
      return this.#readSession(session)
    }
    const known = this.#read.get(session.id)
    if (known && known.events === session.events) return known
    const reading = this.#grow(session, known)
    this.#reading.set(session.id, reading)
    try {
      const read = await reading
      this.#keep(session.id, read)
      return read
    } finally {
      this.#reading.delete(session.id)
    }
  }

  async #grow(session: StoredSession, known: Read | undefined): Promise<Read> {
    const read = known && known.events < session.events ? known : begin(session)
    // A reading that failed in the middle must not be gone on with.
    this.#read.delete(session.id)
    let hasRewound = false
    await walk(this.#source, { sessionKey: session.key, after: read.seq }, (event) => {
      // A person went back before what was taken: branches of earlier events have changed.
      if (event.kind === 'prompt') {
        if (known === read && event.parentSeq !== null && event.parentSeq < read.lastPrompt) hasRewound = true
        read.lastPrompt = event.seq
      }
      read.seq = Math.max(read.seq, event.seq)
      read.losses.take(event)
    })
    if (hasRewound) return this.#grow(session, undefined)
    read.stretches = await inSlices(read.losses.stretches())
    read.events = session.events
    return read
  }

  #keep(id: string, read: Read): void {
    this.#read.delete(id)
    this.#read.set(id, read)
    const [oldest] = this.#read.keys()
    if (this.#read.size > MOST_READ && oldest !== undefined) this.#read.delete(oldest)
  }
}

function begin(session: StoredSession): Read {
  return { losses: new Losses(session.projectPath), seq: -1, lastPrompt: -1, stretches: [], events: 0 }
}

async function inSlices<Result>(work: Generator<void, Result>): Promise<Result> {
  let begun = performance.now()
  for (;;) {
    const step = work.next()
    if (step.done) return step.value
    if (performance.now() - begun < SLICE_MS) continue
    await setImmediate()
    begun = performance.now()
  }
}

function toLoss({ fromSeq, end, summary, items }: Stretch): CompactionLoss | null {
  if (end === null) return null
  return {
    seq: end.seq,
    id: end.id,
    at: end.at,
    trigger: end.mark?.trigger ?? 'unknown',
    preTokens: end.mark?.preTokens ?? null,
    postTokens: end.mark?.postTokens ?? null,
    summary,
    fromSeq,
    items: items.map(({ eventId: _event, ...item }) => ({
      ...item,
      tokens: estimateTokens(item.detail === null ? item.text : `${item.text} ${item.detail}`),
    })),
  }
}

function find(stretches: Stretch[], compaction: number | string | undefined): Stretch | undefined {
  if (compaction === undefined) return stretches.findLast((one) => one.end !== null) ?? stretches.at(-1)
  if (compaction === 'next') return stretches.at(-1)
  const found = stretches.find(({ end }) => end !== null && (end.seq === compaction || end.id === compaction))
  if (!found) throw notFound('compaction', String(compaction))
  return found
}

/** The items of these ids, the most important first. */
function named(items: JudgedItem[], ids: string[]): JudgedItem[] {
  const byId = new Map(items.map((item) => [item.id, item]))
  const found = [...new Set(ids)].map((id) => {
    const item = byId.get(id)
    if (!item)
      throw new AppError('bad_request', `This compaction has no item “${id}”. Its list has the ids that it has.`)
    return item
  })
  return found.sort((a, b) => b.importance - a.importance || a.seq - b.seq)
}
