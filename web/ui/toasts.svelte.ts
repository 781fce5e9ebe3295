/** Something that a person can do about a toast. Choosing it takes the toast away. */
export interface ToastAction {
  label: string
  run: () => void
}

export interface Toast {
  id: number
  text: string
  tone: 'neutral' | 'warning' | 'error'
  actions: readonly ToastAction[]
}

const shownMs = 4_000
/** Long enough to decide and to come there by keyboard. */
const withActionsMs = 12_000
const mostShown = 4

/** Short messages about what was just done, or happened. */
export class Toasts {
  #items = $state.raw<readonly Toast[]>([])
  #next = 1
  #timers: Record<number, ReturnType<typeof setTimeout>> = {}

  get items(): readonly Toast[] {
    return this.#items
  }

  show(text: string, tone: Toast['tone'] = 'neutral'): void {
    this.#add({ text, tone, actions: [] }, tone === 'error' ? 2 * shownMs : shownMs)
  }

  /** Shows a message with buttons. It stays longer; returns the function that takes it away before. */
  offer(toast: { text: string; tone?: Toast['tone']; actions: readonly ToastAction[]; forMs?: number }): () => void {
    const { text, tone = 'neutral', actions, forMs = withActionsMs } = toast
    const id = this.#add({ text, tone, actions }, forMs)
    return () => this.dismiss(id)
  }

  dismiss(id: number): void {
    clearTimeout(this.#timers[id])
    this.#timers = Object.fromEntries(Object.entries(this.#timers).filter(([key]) => Number(key) !== id))
    this.#items = this.#items.filter((toast) => toast.id !== id)
  }

  /** Keeps a toast while someone is at it; returns the function that lets its time run again. */
  hold(id: number): () => void {
    clearTimeout(this.#timers[id])
    return () => this.#dismissLater(id, shownMs)
  }

  #add(toast: Omit<Toast, 'id'>, forMs: number): number {
    const id = this.#next++
    this.#items = [...this.#items.slice(1 - mostShown), { id, ...toast }]
    this.#dismissLater(id, forMs)
    return id
  }

  #dismissLater(id: number, ms: number): void {
    this.#timers[id] = setTimeout(() => this.dismiss(id), ms)
  }
}
