import type { VaultNoteStore } from '../../db/stores/vault-note-store.ts'
import { RetentionRules, type Snapshot } from '../contract/snapshots.ts'

/** Under which name the rules are noted in the vault. */
const NOTE = 'retention'

const DAY = 24 * 60 * 60 * 1000

/** What holds until a person says otherwise. */
export const DEFAULT_RULES: RetentionRules = { keepAllDays: 14, keepDailyDays: 90, keepWeeklyDays: 730 }

/** Reads the rules. */
export function findRules(notes: VaultNoteStore): RetentionRules {
  const noted = RetentionRules.safeParse(notes.find(NOTE))
  return noted.success ? noted.data : DEFAULT_RULES
}

export function putRules(notes: VaultNoteStore, rules: RetentionRules): void {
  notes.put(NOTE, rules)
}

/**
 * Which of the expendable snapshots, given newest first, the rules let go. The three stretches follow each other; in the
 * second and third the newest of a day or a week stays, for each scope on its own.
 */
export function whichGo(expendable: readonly Snapshot[], rules: RetentionRules, now: number): Snapshot[] {
  const kept = new Set<string>()
  return expendable.filter((snapshot) => {
    const at = Date.parse(snapshot.at)
    const place = placeOf(at, rules, now)
    if (place === 'all') return false
    if (place === null) return true
    const key = `${JSON.stringify(snapshot.scope)} ${place}`
    const goes = kept.has(key)
    kept.add(key)
    return goes
  })
}

/** The day or the week of which one stays; null when it is too old for any. Weeks begin on Monday, days in UTC. */
function placeOf(at: number, rules: RetentionRules, now: number): string | null {
  const age = (now - at) / DAY
  const day = Math.floor(at / DAY)
  if (age <= rules.keepAllDays) return 'all'
  if (age <= rules.keepAllDays + rules.keepDailyDays) return `day ${day}`
  if (age <= rules.keepAllDays + rules.keepDailyDays + rules.keepWeeklyDays) return `week ${Math.floor((day + 3) / 7)}`
  return null
}
