import type { LiveClient } from '../api/live.ts'
import { pathOf } from '../routes.ts'
import type { AppState } from '../state/app.ts'

/** Secrets that come within this long are told together, in milliseconds. */
const together = 1500
const shownMs = 20_000

/** Tells when a running session shows a secret; returns the function that stops it. */
export function tellFindings(live: LiveClient, { toasts, router }: Pick<AppState, 'toasts' | 'router'>): () => void {
  let found = new Map<number, string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  const tell = () => {
    timer = undefined
    const [first] = found
    const count = found.size
    found = new Map()
    if (!first) return
    const [secretId, kind] = first
    toasts.offer({
      text:
        count === 1
          ? `A secret was read in a running session: ${kind.replaceAll('-', ' ')}.`
          : `${count} secrets were read in running sessions.`,
      tone: 'warning',
      forMs: shownMs,
      actions: [
        {
          label: 'Show',
          run: () => router.navigate(pathOf({ page: 'secrets', secretId: count === 1 ? secretId : null })),
        },
      ],
    })
  }
  const stop = live.subscribe('finding', ({ secretId, secretKind }) => {
    found.set(secretId, secretKind)
    timer ??= setTimeout(tell, found.size === 1 ? 200 : together)
  })
  return () => {
    stop()
    clearTimeout(timer)
  }
}
