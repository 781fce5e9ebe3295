export type ThemeChoice = 'system' | 'dark' | 'light'

const storageKey = 'lossless.theme'

/** Dark or light: what the person chose, or what the system says. public/start.js reads the same key before the first paint. */
export class Theme {
  #choice = $state<ThemeChoice>(readChoice())
  #system = matchMedia('(prefers-color-scheme: dark)')
  #systemIsDark = $state(this.#system.matches)

  get choice(): ThemeChoice {
    return this.#choice
  }

  get isDark(): boolean {
    return this.#choice === 'system' ? this.#systemIsDark : this.#choice === 'dark'
  }

  /** Follows the system's setting; returns the function that stops it. */
  start(): () => void {
    const follow = () => {
      this.#systemIsDark = this.#system.matches
      this.#apply()
    }
    this.#system.addEventListener('change', follow)
    follow()
    return () => this.#system.removeEventListener('change', follow)
  }

  choose(choice: ThemeChoice): void {
    this.#choice = choice
    if (choice === 'system') localStorage.removeItem(storageKey)
    else localStorage.setItem(storageKey, choice)
    this.#apply()
  }

  /** Switches to the other look, whatever it came from. */
  toggle(): void {
    this.choose(this.isDark ? 'light' : 'dark')
  }

  #apply(): void {
    document.documentElement.dataset['theme'] = this.isDark ? 'dark' : 'light'
  }
}

function readChoice(): ThemeChoice {
  const stored = localStorage.getItem(storageKey)
  return stored === 'dark' || stored === 'light' ? stored : 'system'
}
