import { statusLine } from '../../scripts/from-agent.mjs'

/** What a status line shows. */
export interface StatusFacts {
  context: { used: number; window: number } | null
  /** In percent of the window, ascending. */
  levels: readonly number[]
  turnsLeft: number | null
  /** When the newest snapshot that holds the session was taken, in milliseconds since 1970. */
  snapshotAt: number | null
  now: number
}

/** The line for the agent's window: `▰▰▰▰▰▱▱ 71 % · ~6 turns to compaction · snapshot 2 min ago`. */
export function lineOf({ context, levels, turnsLeft, snapshotAt, now }: StatusFacts): string {
  const notes: string[] = []
  if (turnsLeft !== null) notes.push(turnsText(turnsLeft))
  if (snapshotAt !== null) notes.push(`snapshot ${agoText(now - snapshotAt)}`)
  return statusLine({ context, levels, notes })
}

function turnsText(turns: number): string {
  if (turns <= 0) return 'compaction any moment'
  return `~${turns} ${turns === 1 ? 'turn' : 'turns'} to compaction`
}

function agoText(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000)
  if (minutes < 1) return 'just now'
  if (minutes < 60) return `${minutes} min ago`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} days ago`
}
