import { expect, test, vi } from 'vitest'
import { Notifications } from './notifications.svelte.ts'

/** As the browser's class: permission asked once, each notification noted. */
function browserThat(answer: NotificationPermission, now: NotificationPermission = 'default') {
  const shown: { title: string; options: NotificationOptions | undefined; click: () => void; isClosed: boolean }[] = []
  class Maker {
    static permission = now
    static async requestPermission(): Promise<NotificationPermission> {
      Maker.permission = answer
      return answer
    }
    onclick: ((event: Event) => unknown) | null = null
    #note: (typeof shown)[number]
    constructor(title: string, options?: NotificationOptions) {
      this.#note = { title, options, click: () => this.onclick?.(new Event('click')), isClosed: false }
      shown.push(this.#note)
    }
    close(): void {
      this.#note.isClosed = true
    }
  }
  return { Maker: Maker as unknown as ConstructorParameters<typeof Notifications>[0], shown }
}

const notice = { title: 'Context at 90 %', body: 'Rewrite the lexer', tag: 'claude-code:1', onclick: () => undefined }

test('nothing is shown and nothing is asked by itself', () => {
  const { Maker, shown } = browserThat('granted')
  const notifications = new Notifications(Maker)

  expect(notifications.permission).toBe('default')
  expect(notifications.show(notice)).toBe(false)
  expect(shown).toEqual([])
})

test('what is allowed is shown, and a click opens what it is about', async () => {
  const { Maker, shown } = browserThat('granted')
  const notifications = new Notifications(Maker)
  const opened: string[] = []
  const focus = vi.spyOn(globalThis, 'focus').mockImplementation(() => undefined)

  expect(await notifications.ask()).toBe('granted')
  expect(notifications.show({ ...notice, onclick: () => opened.push('the session') })).toBe(true)
  shown[0]?.click()

  expect(shown[0]).toMatchObject({
    title: 'Context at 90 %',
    options: { body: 'Rewrite the lexer', tag: 'claude-code:1' },
    isClosed: true,
  })
  expect(opened).toEqual(['the session'])
  expect(focus).toHaveBeenCalled()
})

test('a refusal is remembered', async () => {
  const { Maker, shown } = browserThat('denied')
  const notifications = new Notifications(Maker)

  await notifications.ask()

  expect(notifications.permission).toBe('denied')
  expect(notifications.show(notice)).toBe(false)
  expect(shown).toEqual([])
})

test('a browser without notifications is no error', async () => {
  const notifications = new Notifications(undefined)

  expect(notifications.permission).toBe('unsupported')
  expect(await notifications.ask()).toBe('unsupported')
  expect(notifications.show(notice)).toBe(false)
})
