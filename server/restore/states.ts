import type { KeptSource } from '../../db/stores/kept-file-store.ts'
import type { SnapshotFile } from '../../db/stores/snapshot-store.ts'
import type { Seen } from '../outside/target.ts'

/** The state of a file that shall be restored: the first `length` bytes of a generation. */
export interface WantedFile {
  source: KeptSource
  generationId: number
  length: number
  mode: number | null
  mtimeMs: number | null
}

/** Which state of a session is meant. */
export interface StateChoice {
  /** From 1, of the session's own file. */
  generation?: number | undefined
  /** The last state instead of the longest. */
  newest: boolean
}

/**
 * The state of each file. Of transcripts the longest that was ever kept, so that a stub in their place does not win; of
 * side files, which agents rewrite as a matter of course, the last one that holds anything.
 */
export function chooseStates(sources: readonly KeptSource[], choice: StateChoice): WantedFile[] {
  return sources.flatMap((source) => {
    const generation = chooseGeneration(source, choice)
    if (!generation) return []
    const isLast = generation === source.generations.at(-1)
    return [
      {
        source,
        generationId: generation.id,
        length: generation.length,
        mode: source.mode,
        mtimeMs: isLast ? source.mtimeMs : null,
      },
    ]
  })
}

/** The states that a snapshot names. */
export function statesOf(files: readonly SnapshotFile[], sources: readonly KeptSource[]): WantedFile[] {
  const byId = new Map(sources.map((source) => [source.id, source]))
  return files.flatMap(({ sourceId, generationId, length, mode, mtimeMs }) => {
    const source = byId.get(sourceId)
    return source ? [{ source, generationId, length, mode: mode ?? source.mode, mtimeMs }] : []
  })
}

/** True when the file, as it is seen now, was kept to its end as this very state. */
export function isKnownSame({ source, generationId, length }: WantedFile, seen: Seen): boolean {
  const { stamp } = source
  const newest = source.generations.at(-1)
  if (!stamp || newest?.id !== generationId || newest.length !== length || length !== seen.size) return false
  return seen.stamp.startsWith(`${stamp.identity} ${stamp.size} ${stamp.mtimeNs} `)
}

/** A file that was there for a while and grew within this time is being written by someone, in milliseconds. */
const JUST_NOW = 2000
const FOR_A_WHILE = 10_000

/**
 * True when the file was appended to a moment ago. One that was cut, rewritten or came new does not count, because its
 * generation is younger than its last change; nor one that was only touched, because nothing new was kept of it.
 */
export function grewJustNow({ state, mtimeMs, lastKeptAt, generations }: KeptSource, now: number): boolean {
  const newest = generations.at(-1)
  if (state !== 'present' || mtimeMs === null || lastKeptAt === null || !newest) return false
  const wasThere = Math.min(mtimeMs, lastKeptAt) - newest.createdAt > FOR_A_WHILE
  return wasThere && now - lastKeptAt < JUST_NOW && Math.abs(now - mtimeMs) < JUST_NOW
}

function chooseGeneration({ role, generations }: KeptSource, { generation, newest }: StateChoice) {
  const last = generations.at(-1)
  if (role === 'session' && generation !== undefined) return generations.find(({ number }) => number === generation)
  if (newest) return last
  if (role === 'companion') return generations.findLast(({ length }) => length > 0) ?? last
  return generations.reduce((best, one) => (one.length >= (best?.length ?? 0) ? one : best), last)
}
