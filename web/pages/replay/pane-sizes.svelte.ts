import { z } from 'zod'

const STORAGE_KEY = 'lossless.replay.panes'
const Shares = z.object({ conversation: z.number(), files: z.number() })

/** Widths as shares of the window, in percent. The code pane has the rest. */
const DEFAULT = { conversation: 40, files: 16 }
const LIMITS = { conversation: [18, 65], files: [8, 35] } as const
const CODE_AT_LEAST = 20

export type Pane = keyof typeof DEFAULT

/** How wide the panes are; remembered in this browser. */
export class PaneSizes {
  #shares = $state(readShares())

  get(pane: Pane): number {
    return this.#shares[pane]
  }

  limits(pane: Pane): readonly [number, number] {
    return LIMITS[pane]
  }

  /** Sets a pane's share, within what leaves room for the others. */
  set(pane: Pane, share: number): void {
    const other = this.#shares[pane === 'files' ? 'conversation' : 'files']
    const [least, most] = LIMITS[pane]
    this.#shares[pane] = Math.max(least, Math.min(share, most, 100 - CODE_AT_LEAST - other))
    localStorage.setItem(STORAGE_KEY, JSON.stringify(this.#shares))
  }

  reset(pane: Pane): void {
    this.set(pane, DEFAULT[pane])
  }
}

function readShares(): typeof DEFAULT {
  try {
    return Shares.parse(JSON.parse(localStorage.getItem(STORAGE_KEY) ?? ''))
  } catch {
    return { ...DEFAULT }
  }
}
