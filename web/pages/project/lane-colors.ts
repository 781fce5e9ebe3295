import type { LanesLook } from './lanes-paint.ts'

/** The colours of the rows as the theme has them now. */
export function laneColors(): LanesLook['colors'] {
  const style = getComputedStyle(document.documentElement)
  const token = (name: string) => style.getPropertyValue(name).trim()
  return {
    compaction: token('--compaction'),
    prompts: token('--accent'),
    edits: token('--added'),
    errors: token('--error'),
    commits: token('--warning'),
    lane: token('--border-strong'),
    ground: token('--sunken'),
    active: token('--pressed'),
    text: token('--text-faint'),
    font: `11px ${token('--font-sans')}`,
    agent: (id) => token(`--agent-${id}`),
  }
}
