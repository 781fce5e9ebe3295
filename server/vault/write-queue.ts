import { isDiskFull } from '../../db/database-error.ts'
import type { VaultStore } from '../../db/stores/vault-store.ts'
import { VaultFullError } from './vault-full-error.ts'

interface Waiting {
  path: string
  run(): void
  resolve(): void
  reject(error: unknown): void
}

/**
 * Puts changes that are asked for at the same time into one transaction: making it safe on disk costs the same for one
 * small file as for thirty. When one of them fails, each is tried in a transaction of its own, and only those that fail
 * then reject.
 */
export class WriteQueue {
  readonly #store: VaultStore
  #waiting: Waiting[] = []

  constructor(store: VaultStore) {
    this.#store = store
  }

  /** Resolves when the changes are safe. They may run twice, so they must not change anything but the store. */
  write<T>(path: string, changes: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let result: { value: T } | undefined
      const run = (): void => {
        result = { value: changes() }
      }
      if (this.#waiting.length === 0) setImmediate(() => this.#flush())
      this.#waiting.push({ path, run, resolve: () => result && resolve(result.value), reject })
    })
  }

  #flush(): void {
    const all = this.#waiting
    this.#waiting = []
    try {
      this.#store.write(() => all.forEach((one) => one.run()))
    } catch (error) {
      if (all.length > 1) return all.forEach((one) => this.#writeAlone(one))
      return all.forEach((one) => one.reject(explained(one.path, error)))
    }
    all.forEach((one) => one.resolve())
  }

  #writeAlone(one: Waiting): void {
    try {
      this.#store.write(() => one.run())
    } catch (error) {
      return one.reject(explained(one.path, error))
    }
    one.resolve()
  }
}

function explained(path: string, error: unknown): unknown {
  return isDiskFull(error) ? new VaultFullError(path, error) : error
}
