import type { ForkStore, StoredPlace } from '../../db/stores/fork-store.ts'
import type { CutPoint } from '../contract/fork.ts'

/** Where a session shall be cut, as the index has it. */
export interface Cut {
  sessionKey: number
  seq: number
  branch: number
  /** Tokens that fit into the model's context; null when it is not known. */
  window: number | null
}

/** What may happen when a fork is resumed at a cut. */
export interface Room {
  /** A sentence, when the agent would compact before it answers. */
  warning: string | null
  alternatives: CutPoint[]
}

/** From this share of the window on a fork has so little room that earlier places are offered. */
const NEARLY_FULL = 0.8
/** For each of these the latest place is offered that is not fuller. */
const OFFERED = [0.8, 0.6, 0.4]

/**
 * Says whether a fork would be compacted as soon as it is resumed: agents go by the tokens that the last answer reported,
 * and these stand in the fork. `isAutomatic` tells of a compaction's event whether the agent began it by itself.
 */
export function roomAt(store: ForkStore, cut: Cut, isAutomatic: (seq: number) => boolean): Room {
  const used = store.contextAt(cut.sessionKey, cut.seq, cut.branch)
  const next = store.compactionRightAfter(cut.sessionKey, cut.seq)
  const isRightBefore = next !== undefined && isAutomatic(next.seq)
  const limit = limitOf(cut.window, isRightBefore ? next.preTokens : null)
  if (limit === null || used === null) return { warning: null, alternatives: [] }
  if (!isRightBefore && used < NEARLY_FULL * limit) return { warning: null, alternatives: [] }

  const alternatives = earlierPlaces(store, cut, limit)
  const state = `${count(used)} of ${count(limit)} tokens were in use here`
  const advice = alternatives.length > 0 ? ' Earlier places leave more room.' : ''
  return {
    warning: isRightBefore
      ? `The agent compacted right after this by itself: ${state}. It will do so again before it answers.${advice}`
      : `${state}, so the agent may compact before it answers.${advice}`,
    alternatives,
  }
}

/** An agent may be told to compact before the window is full: then what it held at the time is the limit. */
function limitOf(window: number | null, preTokens: number | null): number | null {
  if (window === null || preTokens === null) return window ?? preTokens
  return Math.min(window, preTokens)
}

/** Ends of earlier turns since the last compaction; where there is none with room, results inside of the turn. */
function earlierPlaces(store: ForkStore, cut: Cut, limit: number): CutPoint[] {
  const { sessionKey, branch } = cut
  const range = { after: store.compactionBefore(sessionKey, cut.seq), seq: cut.seq, branch }
  const ends = store.promptsBefore(sessionKey, range).flatMap((prompt, index) => {
    const end = store.turnEndBefore(sessionKey, prompt.seq, branch)
    if (end === undefined || end.seq <= range.after) return []
    return [{ end, where: `${index + 1} ${index === 0 ? 'turn' : 'turns'} earlier` }]
  })
  const points = withRoom(store, cut, { ends, limit })
  if (points.length > 0) return points
  const results = store.resultsBefore(sessionKey, { ...range, seq: cut.seq - 1 })
  const inside = results.map((end, index) => ({
    end,
    where: `${index + 1} ${index === 0 ? 'result' : 'results'} earlier in the same turn`,
  }))
  return withRoom(store, cut, { ends: inside, limit })
}

function withRoom(
  store: ForkStore,
  { sessionKey, branch }: Cut,
  from: { ends: { end: StoredPlace; where: string }[]; limit: number },
): CutPoint[] {
  const points: CutPoint[] = []
  for (const share of OFFERED) {
    for (const { end, where } of from.ends) {
      const used = store.contextAt(sessionKey, end.seq, branch)
      if (used === null || used >= share * from.limit) continue
      if (points.some((point) => point.seq === end.seq)) break
      const percent = Math.round((100 * used) / from.limit)
      const reason = `${where}: ${count(used)} of ${count(from.limit)} tokens were in use (${percent} %).`
      points.push({ seq: end.seq, id: end.id, text: oneLine(end.preview ?? ''), contextUsed: used, reason })
      break
    }
  }
  return points
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return (line.length > 160 ? `${line.slice(0, 159)}…` : line).toWellFormed()
}

function count(tokens: number): string {
  return tokens.toLocaleString('en-US')
}
