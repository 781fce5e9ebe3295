import { getSecret } from '../../server/contract/secrets.ts'
import { call } from '../api/call.ts'
import type { LiveClient } from '../api/live.ts'
import { pathOf } from '../routes.ts'
import type { AppState } from '../state/app.ts'

/** Secrets that come within this long are told together, in milliseconds. */
const together = 1500
const shownMs = 20_000

/** Tells when a running session shows a secret; returns the function that stops it. */
export function tellFindings(live: LiveClient, { toasts, router }: Pick<AppState, 'toasts' | 'router'>): () => void {
  let found = new Set<number>()
  let timer: ReturnType<typeof setTimeout> | undefined
  const tell = async () => {
    timer = undefined
    const [first] = found
    const count = found.size
    found = new Set()
    if (first === undefined) return
    const text = count === 1 ? await sentenceAbout(first) : `${count} secrets were read in running sessions.`
    const secretId = count === 1 ? first : null
    toasts.offer({
      text,
      tone: 'warning',
      forMs: shownMs,
      actions: [{ label: 'Show', run: () => router.navigate(pathOf({ page: 'secrets', secretId })) }],
    })
  }
  const stop = live.subscribe('finding', ({ secretId }) => {
    found.add(secretId)
    timer ??= setTimeout(() => void tell(), found.size === 1 ? 200 : together)
  })
  return () => {
    stop()
    clearTimeout(timer)
  }
}

async function sentenceAbout(secretId: number): Promise<string> {
  try {
    const { secret, places } = await call(getSecret, { params: { secretId }, query: { limit: 1 } })
    const where = places.items[0]
    return where ? `${secret.label} read in “${where.sessionTitle}”.` : `${secret.label} read in a running session.`
  } catch {
    return 'A secret was read in a running session.'
  }
}
