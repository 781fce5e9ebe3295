import { beforeEach, expect, test } from 'vitest'
import { Keys } from './keys.svelte.ts'

let keys: Keys
let done: string[]

beforeEach(() => {
  keys = new Keys()
  done = []
  keys.add('Everywhere', [
    { keys: 'g l', label: 'Live', run: () => done.push('live') },
    { keys: '?', label: 'Help', run: () => done.push('help') },
    { keys: 'Mod+k', label: 'Palette', inFields: true, run: () => done.push('palette') },
    { keys: 'Space', label: 'Play', run: () => done.push('play') },
    { keys: 'Shift+ArrowLeft', label: 'Far', run: () => done.push('far') },
  ])
})

test('two keys in a row do what the row says', () => {
  press('g')
  press('l')

  expect(done).toEqual(['live'])
})

test('a row that was broken off does nothing', () => {
  press('g')
  press('x')
  press('l')

  expect(done).toEqual([])
})

test('the second key of a row must come soon', () => {
  press('g', { at: 1_000 })
  press('l', { at: 4_000 })

  expect(done).toEqual([])
})

test('a key after a begun row still does its own', () => {
  press('g')
  press('?', { shiftKey: true })

  expect(done).toEqual(['help'])
})

test('Cmd and Ctrl are the same', () => {
  press('k', { ctrlKey: true })
  press('K', { metaKey: true })

  expect(done).toEqual(['palette', 'palette'])
})

test('Shift counts for keys that it does not change', () => {
  press('ArrowLeft')
  press('ArrowLeft', { shiftKey: true })

  expect(done).toEqual(['far'])
})

test('keys belong to the field while one types', () => {
  document.body.innerHTML = '<input>'
  const field = document.querySelector('input')

  press('?', { target: field })
  press(' ', { target: field })
  press('k', { ctrlKey: true, target: field })

  expect(done).toEqual(['palette'])
})

test('what a page adds wins and goes with the page', () => {
  const remove = keys.add('Page', [{ keys: 'Space', label: 'Other', run: () => done.push('other') }])
  press(' ')
  remove()
  press(' ')

  expect(done).toEqual(['other', 'play'])
})

test('an open dialog lets only Mod keys through', () => {
  const resume = keys.pause()
  press('?')
  press('k', { ctrlKey: true })
  resume()
  press('?')

  expect(done).toEqual(['palette', 'help'])
})

test('a binding that does not want a press leaves it to the page', () => {
  const button = document.createElement('button')
  keys.add('Page', [
    { keys: 'Space', label: 'Tick', run: () => done.push('tick'), when: ({ target }) => target !== button },
  ])
  press(' ', { target: document.body })

  expect(done).toEqual(['tick'])
  done.length = 0
  press(' ', { target: button })
  expect(done).toEqual(['play'])
})

test('a key that another part has taken is left alone', () => {
  const event = new KeyboardEvent('keydown', { key: '?', cancelable: true })
  event.preventDefault()
  keys.press(event)

  expect(done).toEqual([])
})

interface Press extends KeyboardEventInit {
  target?: Element | null
  /** Milliseconds since the page began. */
  at?: number
}

function press(key: string, { target, at, ...rest }: Press = {}): void {
  const event = new KeyboardEvent('keydown', { key, cancelable: true, ...rest })
  if (target) Object.defineProperty(event, 'target', { value: target })
  if (at !== undefined) Object.defineProperty(event, 'timeStamp', { value: at })
  keys.press(event)
}
