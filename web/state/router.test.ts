import { afterEach, beforeEach, expect, test } from 'vitest'
import { Router } from './router.svelte.ts'

let stop = () => {}
let router: Router

beforeEach(() => {
  history.replaceState(null, '', '/')
  document.body.innerHTML = ''
  router = new Router()
  stop = router.start()
})

afterEach(() => stop())

test('going somewhere changes the address and the page', () => {
  router.navigate('/sessions/claude-code:1?at=4')

  expect(location.pathname + location.search).toBe('/sessions/claude-code:1?at=4')
  expect(router.place).toEqual({ page: 'replay', sessionId: 'claude-code:1' })
  expect(router.query.get('at')).toBe('4')
})

test('replacing leaves no entry to go back to', () => {
  const before = history.length

  router.navigate('/settings', { replace: true })

  expect(history.length).toBe(before)
  expect(router.place.page).toBe('settings')
})

test('a plain click on a link stays in the app', () => {
  const event = clickOn('<a href="/sessions?q=a"><b>Sessions</b></a>', {})

  expect(event.defaultPrevented).toBe(true)
  expect(router.href).toBe('/sessions?q=a')
})

test.each([
  ['a click that opens a new tab', '<a href="/sessions"><b>x</b></a>', { ctrlKey: true }],
  ['a link with a target', '<a href="/sessions" target="_blank"><b>x</b></a>', {}],
  ['a link to another machine', '<a href="https://example.org/sessions"><b>x</b></a>', {}],
  ['a link to the API', '<a href="/api/openapi.json"><b>x</b></a>', {}],
])('%s is left to the browser', (_, html, keys) => {
  // jsdom does not go anywhere; only whether the app took the click is of interest.
  clickOn(html, keys)

  expect(router.href).toBe('/')
})

test('back shows the page before', async () => {
  router.navigate('/settings')
  const isBack = new Promise((resolve) => addEventListener('popstate', resolve, { once: true }))

  history.back()
  await isBack

  expect(router.place.page).toBe('live')
})

test('what is noted about a page is there when one comes back', async () => {
  router.note('list', { offset: 120 })
  router.navigate('/settings')
  expect(router.noted('list')).toBeUndefined()
  const isBack = new Promise((resolve) => addEventListener('popstate', resolve, { once: true }))

  history.back()
  await isBack

  expect(router.noted('list')).toEqual({ offset: 120 })
})

function clickOn(html: string, keys: MouseEventInit): MouseEvent {
  document.body.innerHTML = html
  const event = new MouseEvent('click', { bubbles: true, cancelable: true, ...keys })
  document.querySelector('b')?.dispatchEvent(event)
  return event
}
