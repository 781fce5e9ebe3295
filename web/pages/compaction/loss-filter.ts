import { Coverage, LostKind, type LostItem } from '../../../server/contract/compaction.ts'

/** What of the list is shown. An empty choice shows all. */
export interface LossFilter {
  coverage: readonly Coverage[]
  kinds: readonly LostKind[]
  words: string
  /** `importance` puts what is lost first, `time` keeps the order of the session. */
  order: 'importance' | 'time'
}

/** Reads the address. What is not understood counts as absent. */
export function readLossFilter(query: URLSearchParams): LossFilter {
  return {
    coverage: chosen(Coverage.options, query.get('coverage')),
    kinds: chosen(LostKind.options, query.get('kind')),
    words: query.get('q') ?? '',
    order: query.get('order') === 'time' ? 'time' : 'importance',
  }
}

function chosen<Value extends string>(all: readonly Value[], text: string | null): Value[] {
  const names = text?.split(',') ?? []
  return all.filter((value) => names.includes(value))
}

/** The value of a key of the address when one choice is added or taken away; null for none. */
export function toggled<Value extends string>(chosenNow: readonly Value[], value: Value): string | null {
  const next = chosenNow.includes(value) ? chosenNow.filter((other) => other !== value) : [...chosenNow, value]
  return next.join(',') || null
}

/** True when the filter leaves something out. */
export function isNarrowed(filter: LossFilter): boolean {
  return filter.coverage.length > 0 || filter.kinds.length > 0 || filter.words.trim() !== ''
}

/** The items that a filter leaves, in its order. */
export function filterLoss(items: readonly LostItem[], filter: LossFilter): LostItem[] {
  const shown = items.filter((item) => hasCoverage(item, filter) && hasKind(item, filter) && hasWords(item, filter))
  return filter.order === 'time' ? shown.sort(byTime) : shown.sort(byLoss)
}

const rank: Record<Coverage, number> = { lost: 0, partly: 1, kept: 2 }

function byLoss(a: LostItem, b: LostItem): number {
  return rank[a.coverage] - rank[b.coverage] || b.importance - a.importance || byTime(a, b)
}

function byTime(a: LostItem, b: LostItem): number {
  return a.seq - b.seq || (a.id < b.id ? -1 : 1)
}

function hasCoverage(item: LostItem, { coverage }: LossFilter): boolean {
  return coverage.length === 0 || coverage.includes(item.coverage)
}

function hasKind(item: LostItem, { kinds }: LossFilter): boolean {
  return kinds.length === 0 || kinds.includes(item.kind)
}

function hasWords(item: LostItem, { words }: LossFilter): boolean {
  const text = `${item.text}\n${item.detail ?? ''}`.toLowerCase()
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

/** How many items each choice would show, given the other choices. */
export interface LossCounts {
  coverage: Record<Coverage, number>
  kinds: Record<LostKind, number>
}

/** Counts what each button of the filter stands for. */
export function countLoss(items: readonly LostItem[], filter: LossFilter): LossCounts {
  const counts: LossCounts = {
    coverage: { lost: 0, partly: 0, kept: 0 },
    kinds: { instruction: 0, decision: 0, rejected: 0, file: 0, command: 0, error: 0, todo: 0 },
  }
  for (const item of items) {
    if (!hasWords(item, filter)) continue
    if (hasKind(item, filter)) counts.coverage[item.coverage] += 1
    if (hasCoverage(item, filter)) counts.kinds[item.kind] += 1
  }
  return counts
}
