import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { bash, edit, write } from '../scripts/demo/calls.ts'
import { expect, open, test } from './app.ts'
import { GrowingSession, emptyHome, projectFolder } from './homes.ts'

const CWD = '/home/ada/code/tides'

/** A running session whose context was just compacted: the summary keeps the goal and loses the rule. */
function compactedSession(home: string): GrowingSession {
  const session = new GrowingSession(home, { seed: 'compacted', cwd: CWD, baseTokens: 150_000 })
  const { recorder } = session
  recorder.prompt('Show high water for Holm. Never use the harbour master feed, it is licensed.')
  recorder.turn({ say: 'I decided to read the almanac files instead, because they are free.' })
  recorder.turn({ do: [write('src/tides.ts', 'export const holm = 3.1\n')] })
  recorder.turn({ do: [edit('src/tides.ts', '3.1', '3.4')] })
  recorder.turn({
    do: [bash('npm test', 'Run the tests', { output: 'almanac.test.ts: expected 3.4 to be 3.6', exit: 1 })],
  })
  recorder.turn({ say: 'One test of the almanac still fails.' })
  recorder.prompt('Mind that spring tides differ by 0.2 metres.')
  recorder.turn({ say: 'Noted.' })
  recorder.compact('auto', 'The user wants to see high water for Holm. `src/tides.ts` was written.')
  recorder.turn({ say: 'Going on.' })
  session.write()
  return session
}

const forksIn = (home: string, source: GrowingSession): string[] =>
  readdirSync(projectFolder(home, CWD)).filter(
    (name) => name.endsWith('.jsonl') && !name.startsWith(source.recorder.sessionId),
  )

async function waitForList(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { name: 'What came before' })).toBeAttached()
  await expect(page.getByRole('checkbox').first()).toBeVisible()
}

test('my context was just compacted: three clicks to a session that can be resumed', async ({
  page,
  scratch,
  start,
}) => {
  const home = emptyHome(join(scratch, 'home'))
  const session = compactedSession(home)
  const before = readFileSync(session.file)
  const app = await start({ homeDir: home })
  await app.readAll()
  await open(page, app)
  await expect(page.getByText(/Context was compacted/)).toBeVisible()

  await page.getByRole('link', { name: 'What was lost?' }).click()
  await page.getByRole('button', { name: 'Fork before the compaction' }).click()
  await page.getByRole('button', { name: 'Write the new session' }).click()

  const dialog = page.getByRole('dialog', { name: 'Fork before the compaction' })
  await expect(dialog.getByText('The new session is written')).toBeVisible()
  const [name] = forksIn(home, session)
  const nativeId = name?.replace('.jsonl', '') ?? 'no file'
  await expect(dialog.getByText(`claude --resume ${nativeId}`)).toBeVisible()
  const fork = readFileSync(join(projectFolder(home, CWD), name ?? ''), 'utf8')
  expect(fork).toContain('Mind that spring tides differ')
  expect(fork).not.toContain('compact_boundary')
  expect(fork).toContain(`"sessionId":"${nativeId}"`)
  expect(readFileSync(session.file)).toEqual(before)
})

test('a fork is taken back by its undo', async ({ page, scratch, start }) => {
  const home = emptyHome(join(scratch, 'home'))
  const session = compactedSession(home)
  const app = await start({ homeDir: home })
  await app.readAll()
  await open(page, app, `/sessions/${session.id}?at=3`)

  await page.getByRole('button', { name: 'Fork here' }).click()
  await page.getByRole('button', { name: 'Write the new session' }).click()
  await expect(page.getByText('The new session is written')).toBeVisible()
  const [name] = forksIn(home, session)
  expect(name).toBeDefined()
  await page.getByRole('button', { name: 'Undo' }).click()

  await expect(page.getByText('The new session was taken away again')).toBeVisible()
  expect(existsSync(join(projectFolder(home, CWD), name ?? ''))).toBe(false)
  await expect(page.getByRole('dialog')).toHaveCount(0)
})

test('what was lost is told apart from what was kept, and each thing leads to its step', async ({
  page,
  scratch,
  start,
}) => {
  const home = emptyHome(join(scratch, 'home'))
  const session = compactedSession(home)
  const app = await start({ homeDir: home })
  await app.readAll()
  await open(page, app, `/sessions/${session.id}/compaction`)
  await waitForList(page)

  await page.getByRole('button', { name: /^lost/ }).click()
  await expect(page).toHaveURL(/coverage=lost/)
  const spring = page.getByRole('article').filter({ hasText: 'spring tides differ by 0.2' })
  await expect(spring).toBeVisible()
  await expect(spring.getByText('lost', { exact: true })).toBeVisible()
  await spring.getByRole('button', { name: 'Why lost?' }).click()
  await expect(spring.getByText('Not in it')).toBeVisible()
  await page.reload()
  await expect(page.getByRole('button', { name: /^lost/ })).toHaveAttribute('aria-pressed', 'true')
  await spring.getByRole('link', { name: 'Show in the replay' }).click()

  await expect(page.locator('article[aria-current=step]')).toContainText('spring tides differ by 0.2')
})

test('a brief says what is ticked, within its budget', async ({ page, scratch, start, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const home = emptyHome(join(scratch, 'home'))
  const session = compactedSession(home)
  const app = await start({ homeDir: home })
  await app.readAll()
  await open(page, app, `/sessions/${session.id}/compaction`)
  await waitForList(page)

  await page.getByRole('button', { name: 'Recovery brief' }).first().click()
  const brief = page.getByRole('group', { name: 'The brief' })
  await expect(brief).toContainText('spring tides differ by 0.2')
  await page.getByRole('checkbox', { name: /spring tides differ/ }).uncheck()
  await expect(brief).not.toContainText('spring tides differ by 0.2')
  await page.getByRole('button', { name: 'Choose for me' }).click()
  await expect(brief).toContainText('spring tides differ by 0.2')

  const budget = page.getByRole('slider')
  await budget.focus()
  await page.keyboard.press('Home')
  await expect(budget).toHaveAttribute('aria-valuetext', '500 tokens')
  // The text of the budget before stays until the new one is written.
  const told = async () => Number.parseInt((await page.getByText(/^\d+ tokens, /).textContent()) ?? '')
  await expect.poll(told, { timeout: 20_000 }).toBeLessThanOrEqual(500)
  await page.getByRole('button', { name: 'Copy', exact: true }).click()
  await expect(page.getByText('Brief copied')).toBeVisible()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('spring tides differ by 0.2')
})

test('all of it works by keyboard alone', async ({ page, scratch, start }) => {
  const home = emptyHome(join(scratch, 'home'))
  const session = compactedSession(home)
  const app = await start({ homeDir: home })
  await app.readAll()
  await open(page, app)
  await expect(page.getByText(/Context was compacted/)).toBeVisible()

  await page.keyboard.press('Control+k')
  await page.keyboard.type('what was lost in holm')
  await expect(page.getByRole('option', { name: /Holm/ })).toBeVisible()
  await page.keyboard.press('Enter')
  await waitForList(page)
  await page.keyboard.press('j')
  const active = page.locator('input[type=checkbox]:focus')
  await expect(active).toBeVisible()
  const wasTicked = await active.isChecked()
  await page.keyboard.press('Space')
  expect(await active.isChecked()).toBe(!wasTicked)
  await page.keyboard.press('b')
  await expect(page.getByRole('slider')).toBeVisible()
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: 'Keys' })).toContainText('Fork before the compaction')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)

  await page.keyboard.press('f')
  const write = page.getByRole('button', { name: 'Write the new session' })
  await expect(write).toBeEnabled()
  await page.keyboard.press('Shift+Tab')
  await expect(write).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByText('The new session is written')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  expect(forksIn(home, session)).toHaveLength(1)
})

test('a live session is kept as a snapshot in one click, and that is undone in another', async ({
  page,
  scratch,
  start,
}) => {
  const home = emptyHome(join(scratch, 'home'))
  compactedSession(home)
  const app = await start({ homeDir: home })
  await app.readAll()
  await open(page, app)
  const snapshots = async (): Promise<unknown[]> =>
    ((await (await app.fetch('/api/snapshots?reason=manual')).json()) as { items: unknown[] }).items

  await page.getByRole('button', { name: 'Snapshot now' }).click()
  await expect(page.getByText(/^Snapshot \d+ taken/)).toBeVisible()
  expect(await snapshots()).toHaveLength(1)
  await page.getByRole('button', { name: 'Undo' }).click()

  await expect(page.getByText('Snapshot deleted')).toBeVisible()
  expect(await snapshots()).toHaveLength(0)
})

test('a context that fills up is told in the app and by the browser, and leads to its session', async ({
  page,
  scratch,
  start,
}) => {
  await page.addInitScript(() => {
    const shown: string[] = []
    class Notice {
      static permission = 'granted'
      static requestPermission = async (): Promise<string> => 'granted'
      onclick = null
      constructor(title: string) {
        shown.push(title)
      }
      close(): void {}
    }
    Object.assign(globalThis, { Notification: Notice, shownNotices: shown })
  })
  const home = emptyHome(join(scratch, 'home'))
  const session = new GrowingSession(home, { seed: 'full', cwd: CWD, baseTokens: 140_000 })
  session.recorder.prompt('Show high water for Holm.')
  session.recorder.turn({ say: 'Reading the almanac.' })
  session.write()
  const app = await start({ homeDir: home })
  await app.readAll()
  await app.fetch('/api/settings/warnings', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ levels: [75, 90], snapshot: true, notify: true }),
  })
  await open(page, app, '/sessions')
  await expect(page.getByText('1 live')).toBeVisible()

  session.recorder.turn({ say: 'tide '.repeat(12_000) })
  session.recorder.turn({ say: 'That was long.' })
  session.write()

  const toast = page.getByRole('status').filter({ hasText: 'The context is 75 % full' })
  await expect(toast).toBeVisible()
  await expect(toast).toContainText('Show high water for Holm')
  expect(await page.evaluate(() => (globalThis as unknown as { shownNotices: string[] }).shownNotices)).toEqual([
    'The context is 75 % full',
  ])
  await toast.getByRole('button', { name: 'Open' }).click()
  await expect(page).toHaveURL(new RegExp(session.recorder.sessionId))
})

test('a session that was never compacted says so', async ({ page, scratch, start }) => {
  const home = emptyHome(join(scratch, 'home'))
  const session = new GrowingSession(home, { seed: 'calm', cwd: CWD })
  session.recorder.prompt('When is high water at Holm tomorrow?')
  session.write()
  const app = await start({ homeDir: home })
  await app.readAll()

  await open(page, app, `/sessions/${session.id}/compaction`)

  await expect(page.getByText('This session was never compacted')).toBeVisible()
  await expect(page.getByRole('link', { name: 'Open the replay' })).toBeVisible()
})
