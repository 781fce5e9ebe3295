import type { KeptSource } from '../../db/stores/kept-file-store.ts'
import type { EventStore } from '../../db/stores/event-store.ts'
import type { StoredSession } from '../../db/stores/session-store.ts'
import { AppError, notFound } from '../errors.ts'
import type { Grain } from './cleaner.ts'
import type { SeqRange } from './range.ts'

/** A kept file that is given away, and which bytes of it. */
export interface NativeFile {
  path: string
  role: KeptSource['role']
  generationId: number
  /** In order; one after the other they are the file. */
  parts: { from: number; to: number }[]
  grain: Grain
}

/** What of a session is given away in the agent's own form, and what stays here. */
export interface NativePlan {
  files: [NativeFile, ...NativeFile[]]
  leftOut: { path: string; reason: string }[]
}

/** What a plan is made from. */
export interface NativeSources {
  events: EventStore
  /** Everything that belongs to the session: its own file, those of sub-agents, side files. */
  sources: readonly KeptSource[]
  /** Ids of the sources that the session itself was read from. */
  ownIds: readonly number[]
  /** Sub-agents' own ids, as their files have them, of those that belong to it; null for all. */
  subagentIds: ReadonlySet<string> | null
  readRange(generationId: number, offset: number, length: number): Uint8Array
  /** Where a file stands below a home: of an imported session that was restored, two stand at one place. */
  placeOf(source: { path: string }): string
}

/** A larger side file cannot be looked at in one piece, and what has several lines would be missed. */
const LARGEST_WHOLE = 16 * 1024 * 1024
const HEAD = 8192

/** Plans which bytes are given away: the longest state of each file, or the numbered one of the session's own. */
export function planNative(
  session: StoredSession,
  from: NativeSources,
  wanted: { generation: number | undefined; range: SeqRange | null; isWhole: boolean; isAlone: boolean },
): NativePlan {
  const { sources, ownIds, subagentIds } = from
  const own = sources.filter(({ id, role }) => ownIds.includes(id) && role !== 'companion')
  const main = mainOf(own, wanted.generation)
  if (main === undefined) throw notFound('kept generation of this session', String(wanted.generation ?? 1))
  const first = wanted.range === null ? main : rangeIn(session, from, own, wanted.range)
  const plan: NativePlan = { files: [first], leftOut: [] }
  if (wanted.isAlone) return plan
  const ofFirst = from.placeOf(first)
  for (const { source, state } of longestAtEach(sources, from.placeOf)) {
    if (from.placeOf(source) === ofFirst || !belongs(source, { subagentIds, ...wanted })) continue
    const grain = grainOf(source, state.length, from.readRange(state.id, 0, Math.min(HEAD, state.length)))
    if (typeof grain !== 'string') plan.leftOut.push({ path: source.path, ...grain })
    else plan.files.push(whole(source, state, grain))
  }
  return plan
}

function mainOf(own: readonly KeptSource[], number: number | undefined): NativeFile | undefined {
  const states = own.flatMap((source) =>
    source.generations
      .filter((_, index) => number === undefined || index + 1 === number)
      .map((state) => ({ source, state })),
  )
  // Of two that are equally long the later one is the newer.
  const [found] = states.toSorted((a, b) => b.state.length - a.state.length || b.state.id - a.state.id)
  return found && whole(found.source, found.state, 'pieces')
}

function whole(source: KeptSource, state: { id: number; length: number }, grain: Grain): NativeFile {
  const { path, role } = source
  return { path, role, generationId: state.id, parts: [{ from: 0, to: state.length }], grain }
}

/** Of several files at one place the one that has most. */
function longestAtEach(
  sources: readonly KeptSource[],
  placeOf: NativeSources['placeOf'],
): Iterable<{ source: KeptSource; state: { id: number; length: number } }> {
  const found = new Map<string, { source: KeptSource; state: { id: number; length: number } }>()
  for (const source of sources) {
    const state = longest(source)
    const place = placeOf(source)
    if (state && state.length > (found.get(place)?.state.length ?? -1)) found.set(place, { source, state })
  }
  return found.values()
}

function longest({ generations }: KeptSource): { id: number; length: number } | undefined {
  return generations.toSorted((a, b) => b.length - a.length || b.id - a.id)[0]
}

/** Side files without a sub-agent are for all of a session: with a range nobody can tell what of them belongs to it. */
function belongs(
  source: KeptSource,
  {
    subagentIds,
    range,
    isWhole,
  }: { subagentIds: ReadonlySet<string> | null; range: SeqRange | null; isWhole: boolean },
): boolean {
  if (source.subagentId !== null && subagentIds !== null && !subagentIds.has(source.subagentId)) return false
  if (source.role === 'subagent') return true
  if (source.role === 'session') return isWhole && range === null
  return isWhole && (range === null || source.subagentId !== null)
}

/** The same cut as for redactions: records line by line, side files in one piece, because a key block has several lines. */
function grainOf(source: KeptSource, length: number, head: Uint8Array): Grain | { reason: string } {
  if (source.role !== 'companion' || source.path.endsWith('.jsonl')) return 'pieces'
  if (head.includes(0)) return { reason: 'It is no text: nobody can look for secrets in it.' }
  return length > LARGEST_WHOLE ? { reason: 'It is too large to be looked through in one piece.' } : 'whole'
}

/** The lines of a range, after what the file says before its first event. */
function rangeIn(
  session: StoredSession,
  { events, readRange }: NativeSources,
  own: readonly KeptSource[],
  { from, to }: SeqRange,
): NativeFile {
  const [first] = events.page(session.key, from - 1, 1)
  const source = own.find(({ generations }) => generations.some(({ id }) => id === first?.generationId))
  if (first === undefined || source === undefined) throw notFound('event', String(from))
  if (!source.path.endsWith('.jsonl')) {
    throw new AppError(
      'bad_request',
      'This session is one document, not lines: no part of it can be cut out. Choose another format.',
    )
  }
  let start = first.offset
  let end = first.offset
  for (let after = from - 1; after < to; after += 500) {
    for (const row of events.page(session.key, after, Math.min(500, to - after))) {
      if (row.generationId !== first.generationId) {
        throw new AppError(
          'bad_request',
          'These events stand in different states of the file, which was rewritten between them. Choose another format.',
        )
      }
      start = Math.min(start, row.offset)
      end = Math.max(end, row.offset + row.length)
    }
  }
  const [beginning] = events.page(session.key, -1, 1)
  const head = beginning?.generationId === first.generationId ? Math.min(beginning.offset, start) : 0
  const after = Buffer.from(readRange(first.generationId, end, 2)).toString('latin1')
  end += after === '\r\n' ? 2 : after.startsWith('\n') ? 1 : 0
  const parts = [
    { from: 0, to: head },
    { from: start, to: end },
  ].filter((part) => part.to > part.from)
  return { path: source.path, role: source.role, generationId: first.generationId, parts, grain: 'pieces' }
}
