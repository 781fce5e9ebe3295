/** A level as a person types it; empty while they do. */
export type TypedLevel = number | null

/** As many as the server takes. */
export const mostLevels = 5

/** Why levels cannot be saved, as a sentence; undefined when they can. */
export function problemOfLevels(levels: readonly TypedLevel[]): string | undefined {
  for (const level of levels) {
    if (level === null || !Number.isInteger(level) || level < 1 || level > 100) {
      return 'A level is a whole number from 1 to 100.'
    }
  }
  if (new Set(levels).size < levels.length) return 'A level stands there twice.'
  return undefined
}

/** The levels as the server wants them. */
export function sortedLevels(levels: readonly TypedLevel[]): number[] {
  return levels.filter((level) => level !== null).sort((one, other) => one - other)
}

/** A level to offer next: halfway between the highest and full, or three quarters when there is none. */
export function nextLevel(levels: readonly TypedLevel[]): number {
  const highest = sortedLevels(levels).at(-1)
  return highest === undefined ? 75 : Math.min(100, Math.ceil((highest + 100) / 2))
}
