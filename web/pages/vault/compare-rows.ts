import type { compareSnapshots } from '../../../server/contract/snapshots.ts'
import type { ReplyOf } from '../../api/call.ts'

export type Comparison = ReplyOf<typeof compareSnapshots>['items'][number]
export type SessionChange = Comparison['change']

/** What happened to a session, the most important first; `unchanged` is hidden unless asked for. */
export const sessionChanges: readonly SessionChange[] = ['gone', 'rewritten', 'grown', 'added', 'unchanged']

/** How a change is named and explained. */
interface ChangeLook {
  word: string
  tone: 'warning' | 'accent' | 'added' | 'neutral'
  about: string
}

export const sessionChangeLooks: Record<SessionChange, ChangeLook> = {
  gone: { word: 'gone', tone: 'warning', about: 'Its file was there in the earlier one and is not in the later one.' },
  rewritten: { word: 'rewritten', tone: 'warning', about: 'Its file does not begin any more with what it held.' },
  grown: { word: 'grown', tone: 'accent', about: 'The session went on: lines were added at the end.' },
  added: { word: 'new', tone: 'added', about: 'It is only in the later one.' },
  unchanged: { word: 'unchanged', tone: 'neutral', about: 'Its bytes are the same in both.' },
}

/** Reads from the address which change is shown; absent: all but unchanged ones. */
export function readChange(query: URLSearchParams): SessionChange | undefined {
  return sessionChanges.find((change) => change === query.get('change'))
}

/** The sessions to show, in the order of importance. */
export function toCompareRows(
  items: readonly Comparison[],
  change: SessionChange | undefined,
): { key: string; item: Comparison }[] {
  const shown = change === undefined ? sessionChanges.filter((other) => other !== 'unchanged') : [change]
  return shown
    .flatMap((kind) => items.filter((item) => item.change === kind))
    .map((item) => ({ key: item.sessionId, item }))
}

/** How many sessions each change has. */
export function countChanges(items: readonly Comparison[]): Record<SessionChange, number> {
  const counts: Record<SessionChange, number> = { gone: 0, rewritten: 0, grown: 0, added: 0, unchanged: 0 }
  for (const { change } of items) counts[change] += 1
  return counts
}

/** Sums over all sessions, for the head of the page. */
export function sumOf(items: readonly Comparison[]): { added: number; removed: number; files: number } {
  let added = 0
  let removed = 0
  let files = 0
  for (const item of items) {
    added += item.linesAdded
    removed += item.linesRemoved
    files += item.codeFiles.length
  }
  return { added, removed, files }
}
