interface Change {
  path: string
  kind: 'changed' | 'gone'
}

/**
 * Passes the first change of a path on at once. What follows within the window is passed on as one at its end, with the
 * last kind, so that the last word is never lost.
 */
export class Coalescer {
  readonly #window: number
  readonly #onChange: (change: Change) => void
  readonly #open = new Map<string, { timer: NodeJS.Timeout; next: Change | null }>()

  constructor(window: number, onChange: (change: Change) => void) {
    this.#window = window
    this.#onChange = onChange
  }

  push(change: Change): void {
    const open = this.#open.get(change.path)
    if (open) open.next = change
    else this.#pass(change)
  }

  close(): void {
    for (const { timer } of this.#open.values()) clearTimeout(timer)
    this.#open.clear()
  }

  #pass(change: Change): void {
    const timer = setTimeout(() => this.#end(change.path), this.#window)
    this.#open.set(change.path, { timer, next: null })
    this.#onChange(change)
  }

  #end(path: string): void {
    const next = this.#open.get(path)?.next ?? null
    this.#open.delete(path)
    if (next) this.#pass(next)
  }
}
