import type { LiveClient, LiveMessageOf } from '../api/live.ts'
import type { AppState } from '../state/app.ts'

/** Long enough for someone who looks up from the agent’s window. */
const shownMs = 30_000

/** Tells when the guard held something back; returns the function that stops it. */
export function tellHeldBack(live: LiveClient, { toasts, router }: Pick<AppState, 'toasts' | 'router'>): () => void {
  // An agent tries again: of several notices the last one says all.
  let takeAway = () => {}
  return live.subscribe('held-back', (message) => {
    takeAway()
    takeAway = toasts.offer({
      text: sayHeldBack(message),
      tone: 'warning',
      forMs: shownMs,
      actions: [{ label: 'Show', run: () => router.navigate('/settings?section=guard') }],
    })
  })
}

/** What was held back, in words. */
export function sayHeldBack({
  agentLabel,
  tool,
  labels,
}: Pick<LiveMessageOf<'held-back'>, 'agentLabel' | 'tool' | 'labels'>): string {
  const what = tool === null ? `A prompt to ${agentLabel}` : `A call of ${tool} by ${agentLabel}`
  return `${what} was held back. It carries: ${labels.join(', ')}.`
}
