import type { LostKind } from '../contract/compaction.ts'
import type { Event } from '../contract/event.ts'

/** What extraction reads of an event. */
export type Told = Pick<
  Event,
  'seq' | 'id' | 'at' | 'kind' | 'branch' | 'parentSeq' | 'text' | 'tool' | 'result' | 'changes' | 'compaction'
>

/** One thing that matters, before it is held against a summary. */
export interface Candidate {
  kind: LostKind
  seq: number
  eventId: string
  /** In the words of the session, short enough for one look. */
  text: string
  detail: string | null
  /** What has to be found again, where that is not simply `text`. */
  sought?: Sought
  /** 0 to 1. */
  importance: number
}

/** What a summary must say for an item to count as kept. */
export type Sought =
  /** The same in its words. */
  | { kind: 'words'; text: string }
  /** What ran, and how it ended. `names` are of tests, branches, requests; `use` is what the command was for. */
  | { kind: 'outcome'; use: string; command: string; names: string[]; isBad: boolean }
  /** That a person refused, and what. */
  | { kind: 'refusal'; text: string }

/** Collects one kind of thing from the events of a stretch of a session, in their order. */
export interface Collector {
  take(event: Told): void
  /** What was found in this stretch so far. */
  found(): Candidate[]
  /** Begins a new stretch. */
  begin(): void
}

/** One line, cut at a word where possible; line feeds become spaces. */
export function cutLine(text: string, longest: number): string {
  const line = text.replace(/\s+/g, ' ').trim()
  if (line.length <= longest) return line.toWellFormed()
  const cut = line.slice(0, longest - 1)
  const space = cut.lastIndexOf(' ')
  return `${(space > longest * 0.7 ? cut.slice(0, space) : cut).trimEnd()}…`.toWellFormed()
}
