import { getWarnings, type WarningSettings } from '../../server/contract/hooks.ts'
import { getSession } from '../../server/contract/sessions.ts'
import { call } from '../api/call.ts'
import type { LiveClient, LiveMessageOf } from '../api/live.ts'

/** What one warning says, for those who show it. */
export interface ContextWarning {
  sessionId: string
  /** The session's title; empty where it could not be read. */
  title: string
  /** In percent of the window. */
  level: number
  used: number
  window: number
  turnsLeft: number | null
}

/** What the server would answer before anyone set something else. */
const usualLevels = [75, 90]

/** When a context counts as filling up, and what happens when one passes such a level. */
export class ContextWarnings {
  #settings = $state.raw<WarningSettings>({ levels: usualLevels, snapshot: true, notify: false })

  /** In percent of the window, ascending. */
  get levels(): readonly number[] {
    return this.#settings.levels
  }

  /** True when the server takes a snapshot at each level. */
  get areSnapshotsTaken(): boolean {
    return this.#settings.snapshot
  }

  /** True when the browser shall notify, where it allows it. */
  get isNotifying(): boolean {
    return this.#settings.notify
  }

  /** Follows the server's messages; returns the function that stops it. */
  start(live: LiveClient, show: (warning: ContextWarning) => void): () => void {
    const stops = [
      live.subscribe('warning', (message) => void this.#tell(message, show)),
      live.subscribe('settings', () => void this.#read()),
      live.onStale(() => void this.#read()),
    ]
    void this.#read()
    return () => {
      for (const stop of stops) stop()
    }
  }

  async #read(): Promise<void> {
    try {
      this.#settings = await call(getWarnings)
    } catch {
      // The levels colour a gauge: without an answer the usual ones do.
    }
  }

  async #tell(message: LiveMessageOf<'warning'>, show: (warning: ContextWarning) => void): Promise<void> {
    const { sessionId, level, used, window, turnsLeft } = message
    show({ sessionId, title: await titleOf(sessionId), level, used, window, turnsLeft })
  }
}

async function titleOf(sessionId: string): Promise<string> {
  try {
    return (await call(getSession, { params: { sessionId } })).title
  } catch {
    return ''
  }
}
