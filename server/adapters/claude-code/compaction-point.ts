/**
 * Tokens at which Claude Code compacts by itself. It writes this nowhere. Seen in real sessions: 155,000 of 200,000 up to
 * 2.1.17, 167,000 from 2.1.29 on; and by trying 2.1.330: 977,000 of a million. A setting of the user's own
 * (CLAUDE_CODE_AUTO_COMPACT_WINDOW) is not known here.
 */
export function compactsAt(window: number, version: string | null): number {
  if (window >= 1_000_000) return window - 23_000
  return window - (isBefore(version, [2, 1, 18]) ? 45_000 : 33_000)
}

function isBefore(version: string | null, than: readonly [number, number, number]): boolean {
  const parts = /^(\d+)\.(\d+)\.(\d+)/
    .exec(version ?? '')
    ?.slice(1)
    .map(Number)
  if (parts === undefined) return false
  for (const [index, part] of parts.entries()) {
    if (part !== than[index]) return part < (than[index] ?? 0)
  }
  return false
}
