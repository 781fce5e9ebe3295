/** One key, or several in a row, and what it does. */
export interface KeyBinding {
  /**
   * As `KeyboardEvent.key` says it, with `Mod+` for Ctrl or Cmd and `Shift+` only for keys that Shift does not change
   * by itself: `ArrowLeft`, `Shift+ArrowLeft`, `E`, `?`, `Mod+k`; keys in a row have a blank between them: `g l`.
   * The space bar is `Space`.
   */
  keys: string
  /** Further ways to do the same, not listed in the help. */
  also?: readonly string[]
  label: string
  run: (event: KeyboardEvent) => void
  /** True where the key also works while one types. */
  inFields?: boolean
  /** Says when the key is left to the page, such as the space bar on a button. */
  when?: (event: KeyboardEvent) => boolean
}

interface KeyGroup {
  title: string
  bindings: readonly KeyBinding[]
}

const rowTimeoutMs = 1_200

/** All keys that work now: pages add theirs while they are shown, the help lists them. */
export class Keys {
  #groups = $state.raw<readonly KeyGroup[]>([])
  #begun = ''
  #begunAt = 0
  /** Set while a dialog is open, so that the page behind it does not act. */
  #pauses = 0

  get groups(): readonly KeyGroup[] {
    return this.#groups
  }

  /** Adds a group; returns the function that takes it away. Groups added later win. */
  add(title: string, bindings: readonly KeyBinding[]): () => void {
    const group = { title, bindings }
    this.#groups = [...this.#groups, group]
    return () => {
      this.#groups = this.#groups.filter((other) => other !== group)
    }
  }

  /** Lets no key through but `Mod+…` until the returned function is called. */
  pause(): () => void {
    this.#pauses += 1
    return () => {
      this.#pauses -= 1
    }
  }

  /** Starts to listen; returns the function that stops it. */
  start(): () => void {
    const press = (event: KeyboardEvent) => this.press(event)
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }

  press(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing || isModifier(event.key)) return
    const key = keyName(event)
    if (this.#pauses > 0 && !key.startsWith('Mod+')) return
    const row = event.timeStamp - this.#begunAt < rowTimeoutMs && this.#begun ? `${this.#begun} ${key}` : key
    const isTyping = isField(event.target)
    const fits = (binding: KeyBinding) => (!isTyping || binding.inFields === true) && (binding.when?.(event) ?? true)
    const binding = this.#find(row, fits) ?? (row === key ? undefined : this.#find(key, fits))
    this.#begun = ''
    if (binding) {
      event.preventDefault()
      binding.run(event)
    } else if (!isTyping && this.#beginsRow(key)) {
      this.#begun = key
      this.#begunAt = event.timeStamp
    }
  }

  #find(keys: string, fits: (binding: KeyBinding) => boolean): KeyBinding | undefined {
    for (const group of this.#groups.toReversed()) {
      for (const binding of group.bindings) {
        if ((binding.keys === keys || binding.also?.includes(keys)) && fits(binding)) return binding
      }
    }
    return undefined
  }

  #beginsRow(key: string): boolean {
    return this.#groups.some((group) => group.bindings.some((binding) => binding.keys.startsWith(`${key} `)))
  }
}

function keyName(event: KeyboardEvent): string {
  const name = event.key === ' ' ? 'Space' : event.key
  if (event.ctrlKey || event.metaKey) return `Mod+${name.toLowerCase()}`
  if (event.altKey) return `Alt+${name}`
  return event.shiftKey && name.length > 1 ? `Shift+${name}` : name
}

function isModifier(key: string): boolean {
  return key === 'Shift' || key === 'Control' || key === 'Alt' || key === 'Meta'
}

/** Keys belong to the field while one types in it. */
function isField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable) return true
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button', 'range'].includes(target.type)
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
}
