import { formatCountOf } from './format.ts'

/** How near a compaction is, in words; undefined where that cannot be said. */
export function turnsText(turnsLeft: number | null | undefined): string | undefined {
  if (turnsLeft === null || turnsLeft === undefined) return undefined
  return turnsLeft === 0
    ? 'Compaction may come with the next turn'
    : `About ${formatCountOf(turnsLeft, 'turn')} to compaction`
}

/** How a share of the window stands to the warning levels, both in percent: calm, past the first, past the second. */
export function levelOf(percent: number, levels: readonly number[]): 'calm' | 'warning' | 'error' {
  const passed = levels.filter((level) => percent >= level).length
  if (passed === 0) return 'calm'
  return passed === 1 && levels.length > 1 ? 'warning' : 'error'
}
