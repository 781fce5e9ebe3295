// @vitest-environment node
import { beforeEach, expect, test } from 'vitest'
import { awaySince, noteSeen } from './last-seen.ts'

const hour = 3_600_000

/** As the browser's storage: text in, text out. */
class Store {
  #items = new Map<string, string>()

  getItem(key: string): string | null {
    return this.#items.get(key) ?? null
  }

  setItem(key: string, value: string): void {
    this.#items.set(key, value)
  }
}

let browser: Store
let tab: Store

beforeEach(() => {
  browser = new Store()
  tab = new Store()
})

function since(now: number): number | undefined {
  return awaySince({ browser, tab, now })
}

test('the first visit has no absence', () => {
  expect(since(10 * hour)).toBeUndefined()
})

test('an absence begins when the page was last in front', () => {
  noteSeen(browser, 3 * hour)

  expect(since(10 * hour)).toBe(3 * hour)
})

test('a few minutes are no absence', () => {
  noteSeen(browser, 10 * hour - 5 * 60_000)

  expect(since(10 * hour)).toBeUndefined()
})

test('a reload tells the same absence again', () => {
  noteSeen(browser, 3 * hour)
  since(10 * hour)
  noteSeen(browser, 10 * hour)

  expect(since(10 * hour + 1_000)).toBe(3 * hour)
})
