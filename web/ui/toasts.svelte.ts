export interface Toast {
  id: number
  text: string
  tone: 'neutral' | 'error'
}

const shownMs = 4_000

/** Short messages about what was just done. */
export class Toasts {
  #items = $state.raw<readonly Toast[]>([])
  #next = 1

  get items(): readonly Toast[] {
    return this.#items
  }

  show(text: string, tone: Toast['tone'] = 'neutral'): void {
    const id = this.#next++
    this.#items = [...this.#items.slice(-2), { id, text, tone }]
    setTimeout(() => this.dismiss(id), tone === 'error' ? 2 * shownMs : shownMs)
  }

  dismiss(id: number): void {
    this.#items = this.#items.filter((toast) => toast.id !== id)
  }
}
