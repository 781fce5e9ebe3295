import type { Timeline } from '../../../server/contract/sessions.ts'
import { isKindShown, type KindGroup } from './kinds.ts'

/** One step: an event, or a tool call with its result. */
export interface StepRow {
  kind: 'step'
  /** The event that the step begins with. */
  seq: number
  /** The event after which the step is over: the result of a call, else `seq` itself. */
  end: number
  branch: number
}

/** The place where a rewind left a branch; its steps stand below it while it is open. */
export interface BranchRow {
  kind: 'branch'
  seq: number
  branch: number
  steps: number
  isOpen: boolean
}

export type Row = StepRow | BranchRow

/** What a track shows of a timeline. */
export interface TrackFilter {
  groups: ReadonlySet<KindGroup>
  openBranches: ReadonlySet<number>
}

/** The rows of a conversation and the steps among them, in the order of the file. Made anew when the filter or the length changes. */
export class Track {
  readonly rows: readonly Row[]
  /** The row of each step. */
  readonly stepRows: readonly number[]
  #callOf: ReadonlyMap<number, number>

  constructor(rows: readonly Row[], callOf: ReadonlyMap<number, number>) {
    this.rows = rows
    this.stepRows = rows.flatMap((row, index) => (row.kind === 'step' ? [index] : []))
    this.#callOf = callOf
  }

  /** The number of steps. */
  get length(): number {
    return this.stepRows.length
  }

  stepAt(position: number): StepRow | undefined {
    const row = this.rows[this.stepRows[position] ?? -1]
    return row?.kind === 'step' ? row : undefined
  }

  /** The step that shows an event; when the event is hidden, the last step before it, else the first. */
  positionOf(seq: number): number {
    const start = this.#callOf.get(seq) ?? seq
    let low = 0
    let high = this.stepRows.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.stepAt(middle)?.seq ?? 0) <= start) low = middle + 1
      else high = middle
    }
    return Math.max(0, low - 1)
  }

  /** True when a step shows the event itself, not only what came before it. */
  shows(seq: number): boolean {
    return this.stepAt(this.positionOf(seq))?.seq === (this.#callOf.get(seq) ?? seq)
  }

  /** The positions of events, each once, in order. */
  positionsOf(seqs: readonly number[]): number[] {
    return [...new Set(seqs.map((seq) => this.positionOf(seq)))].sort((a, b) => a - b)
  }
}

/** Builds the rows that a filter leaves of a timeline. Costs one pass over the timeline. */
export function buildTrack(timeline: Timeline, filter: TrackFilter): Track {
  const callOf = new Map<number, number>()
  const resultOf = new Map<number, number>()
  for (const [call, result] of timeline.results ?? []) {
    callOf.set(result, call)
    resultOf.set(call, result)
  }
  const shown = timeline.kinds.map((kind) => isKindShown(kind, filter.groups))
  const rows: Row[] = []
  let header: BranchRow | undefined
  for (let seq = 0; seq < timeline.length; seq++) {
    if (!shown[timeline.kind[seq] ?? -1] || callOf.has(seq)) continue
    const branch = timeline.branch[seq] ?? 0
    if (branch === 0) {
      header = undefined
    } else if (header?.branch !== branch) {
      header = { kind: 'branch', seq, branch, steps: 0, isOpen: filter.openBranches.has(branch) }
      rows.push(header)
    }
    if (header) header.steps++
    if (header && !header.isOpen) continue
    rows.push({ kind: 'step', seq, end: resultOf.get(seq) ?? seq, branch })
  }
  return new Track(rows, callOf)
}

/** The first position after (`1`) or before (`-1`) the given one in an ordered list; undefined at its end. */
export function nextIn(positions: readonly number[], from: number, direction: 1 | -1): number | undefined {
  return direction === 1
    ? positions.find((position) => position > from)
    : positions.findLast((position) => position < from)
}
