// @vitest-environment node
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Toasts } from './toasts.svelte.ts'

let toasts: Toasts

beforeEach(() => {
  vi.useFakeTimers()
  toasts = new Toasts()
})

afterEach(() => void vi.useRealTimers())

const texts = (): string[] => toasts.items.map(({ text }) => text)

test('a message goes by itself, one with something to do about it stays longer', () => {
  toasts.show('Copied')
  toasts.offer({ text: 'Snapshot taken', actions: [{ label: 'Undo', run: () => undefined }] })

  vi.advanceTimersByTime(5_000)
  expect(texts()).toEqual(['Snapshot taken'])
  vi.advanceTimersByTime(8_000)
  expect(texts()).toEqual([])
})

test('a message at which someone is stays until they leave', () => {
  toasts.show('Copied')
  const release = toasts.hold(toasts.items[0]?.id ?? 0)

  vi.advanceTimersByTime(60_000)
  expect(texts()).toEqual(['Copied'])
  release()
  vi.advanceTimersByTime(4_000)
  expect(texts()).toEqual([])
})

test('the oldest messages make room', () => {
  for (const text of ['a', 'b', 'c', 'd', 'e']) toasts.show(text)

  expect(texts()).toEqual(['b', 'c', 'd', 'e'])
})

test('who shows a message with actions can take it away', () => {
  const close = toasts.offer({ text: 'Context at 90 %', tone: 'warning', actions: [] })

  close()

  expect(texts()).toEqual([])
})
