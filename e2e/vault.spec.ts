import AxeBuilder from '@axe-core/playwright'
import { appendFileSync, chmodSync, existsSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { listSnapshots } from '../server/contract/snapshots.ts'
import { expect, open, test, type App } from './app.ts'
import { copyDemo, emptyHome, projectFolder } from './homes.ts'
import { addDailySnapshots, holdSession, sha256 } from './moments.ts'

const ID = 'f9aebc35-2bef-43fc-acec-9b8eb200f635'
const TITLE = 'Bookings as an append-only event log'

const fileIn = (home: string): string => join(projectFolder(home, '/home/ada/code/harbor'), `${ID}.jsonl`)

async function demoApp(scratch: string, start: (options: { homeDir: string }) => Promise<App>) {
  const homeDir = copyDemo(join(scratch, 'home'))
  const app = await start({ homeDir })
  await app.readAll()
  return { homeDir, app, file: fileIn(homeDir) }
}

async function takeSnapshot(app: App, body: object = { scope: { all: true } }): Promise<number> {
  const reply = await app.fetch('/api/snapshots', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return ((await reply.json()) as { id: number }).id
}

/** The line of a session on the page of a snapshot. */
const line = (page: Page) => page.getByRole('listitem').filter({ has: page.getByRole('link', { name: TITLE }) })

test('a session whose file is gone comes back byte for byte from a snapshot, and an undo takes it away again', async ({
  page,
  scratch,
  start,
}) => {
  const { app, file } = await demoApp(scratch, start)
  chmodSync(file, 0o640)
  const before = sha256(file)
  await open(page, app, '/vault')

  await page.getByRole('button', { name: 'Take a snapshot' }).first().click()
  await page.getByLabel('Label').fill('Before the accident')
  await page.getByRole('button', { name: 'Take a snapshot of everything' }).click()
  await page.getByRole('link', { name: 'Before the accident' }).click()
  await expect(page.getByRole('heading', { name: 'Before the accident' })).toBeVisible()
  rmSync(file)
  await expect(line(page).getByText('gone', { exact: true })).toBeVisible()

  await page.getByRole('button', { name: `Restore ${TITLE}` }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText('1 to create')).toBeVisible()
  expect(existsSync(file)).toBe(false)
  await dialog.getByRole('button', { name: 'Write 1 file' }).click()
  await expect(dialog.getByText('1 file written and checked, byte for byte.')).toBeVisible()
  await expect(dialog.getByText(`claude --resume ${ID}`)).toBeVisible()
  expect(sha256(file)).toBe(before)
  expect(statSync(file).mode & 0o777).toBe(0o640)

  await dialog.getByRole('button', { name: 'Undo…' }).click()
  await expect(dialog.getByText('1 to delete')).toBeVisible()
  await dialog.getByRole('button', { name: 'Undo for 1 file' }).click()
  await expect(page.getByText('Undone: 1 file as before')).toBeVisible()
  expect(existsSync(file)).toBe(false)
})

test('a file that was cut short is shown with its difference and comes back whole, by keyboard alone', async ({
  page,
  scratch,
  start,
}) => {
  const { app, file } = await demoApp(scratch, start)
  const before = sha256(file)
  const id = await takeSnapshot(app)
  truncateSync(file, 4_000)
  await app.readAll()
  await open(page, app, '/')
  await expect(page.getByText('Finished last')).toBeVisible()

  await page.keyboard.press('g')
  await page.keyboard.press('v')
  await expect(page.getByRole('link', { name: 'By hand' })).toBeVisible()
  await page.keyboard.press('j')
  await expect(page.getByRole('link', { name: 'By hand' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(new RegExp(`/vault/${id}$`))
  await page.keyboard.press('/')
  await page.keyboard.type('append-only')
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: /^Skip moves/ })).toBeHidden()
  await page.keyboard.press('j')
  await expect(page.getByRole('link', { name: TITLE })).toBeFocused()
  await page.keyboard.press('x')
  await page.keyboard.press('r')
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText('1 to replace')).toBeVisible()
  const write = dialog.getByRole('button', { name: 'Write 1 file' })
  for (let presses = 0; presses < 20; presses++) {
    if (await write.evaluate((button) => button === document.activeElement)) break
    await page.keyboard.press('Tab')
  }
  await page.keyboard.press('Enter')

  await expect(dialog.getByText('written and checked')).toBeVisible()
  expect(sha256(file)).toBe(before)
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
})

test('a session that a running agent holds is refused with a sentence, and nothing is written', async ({
  page,
  scratch,
  start,
}) => {
  const { app, homeDir, file } = await demoApp(scratch, start)
  const id = await takeSnapshot(app)
  truncateSync(file, 4_000)
  holdSession(homeDir, ID)
  await app.readAll()
  await open(page, app, `/vault/${id}`)

  await page.getByRole('button', { name: `Restore ${TITLE}` }).click()

  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText('1 refused')).toBeVisible()
  await expect(dialog.getByText(new RegExp(`Claude Code.*${process.pid}`))).toBeVisible()
  await expect(dialog.getByRole('button', { name: /^Write/ })).toBeDisabled()
  expect(statSync(file).size).toBe(4_000)
})

test('a session is restored from the list into a folder, and its own place stays as it is', async ({
  page,
  scratch,
  start,
}) => {
  const { app, file } = await demoApp(scratch, start)
  const before = sha256(file)
  rmSync(file)
  await app.readAll()
  await open(page, app, '/sessions?has=kept')

  await page.getByRole('button', { name: `More about ${TITLE}` }).click()
  await page.getByRole('menuitem', { name: /Restore this session/ }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Into a folder').check()
  await expect(dialog.getByText('Say into which folder')).toBeVisible()
  await dialog.getByLabel('Folder', { exact: true }).fill(join(scratch, 'back'))
  await dialog.getByRole('button', { name: /^Write \d+ files?$/ }).click()
  await expect(dialog.getByText('written and checked')).toBeVisible()

  expect(existsSync(file)).toBe(false)
  const back =
    (await dialog
      .getByTitle(new RegExp(`${ID}\\.jsonl$`))
      .first()
      .getAttribute('title')) ?? ''
  expect(back.startsWith(join(scratch, 'back'))).toBe(true)
  expect(sha256(back)).toBe(before)
})

test('what Lossless wrote is listed, and undone from there after a plan', async ({ page, scratch, start }) => {
  const { app, file } = await demoApp(scratch, start)
  const id = await takeSnapshot(app)
  const whole = readFileSync(file)
  truncateSync(file, 4_000)
  await app.readAll()
  await app.fetch(`/api/snapshots/${id}/restore`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sessions: [`claude-code:${ID}`] }),
  })
  expect(readFileSync(file).equals(whole)).toBe(true)
  await open(page, app, '/vault?view=written')

  await page.getByRole('button', { name: /^Undo: / }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Undo for 1 file' }).click()

  await expect(page.getByText('Undone: 1 file as before')).toBeVisible()
  await expect(page.getByRole('main').getByText('undone', { exact: true })).toBeVisible()
  expect(readFileSync(file).equals(whole.subarray(0, 4_000))).toBe(true)
})

test('a snapshot is labelled, pinned and deleted where it stands; its sessions stay', async ({
  page,
  scratch,
  start,
}) => {
  const { app } = await demoApp(scratch, start)
  await takeSnapshot(app)
  await open(page, app, '/vault')
  await page.getByRole('link', { name: 'By hand' }).focus()

  await page.keyboard.press('l')
  await page.keyboard.type('Friday')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('link', { name: /Friday/ })).toBeVisible()
  await page.keyboard.press('p')
  await expect(page.getByRole('button', { name: 'Pin “Friday”' })).toHaveAttribute('aria-pressed', 'true')
  await page.reload()
  await expect(page.getByRole('link', { name: /Friday/ })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Pin “Friday”' })).toHaveAttribute('aria-pressed', 'true')

  await page.getByRole('link', { name: /Friday/ }).focus()
  await page.keyboard.press('Delete')
  await expect(page.getByRole('dialog')).toContainText('It is pinned')
  await expect(page.getByRole('dialog')).toContainText('every byte of its sessions')
  await page.getByRole('button', { name: 'Unpin and delete' }).click()

  await expect(page.getByText('Snapshot deleted; the bytes stay in the vault')).toBeVisible()
  await expect(page.getByRole('link', { name: /Friday/ })).toBeHidden()
  const { items } = listSnapshots.reply.parse(await (await app.fetch('/api/snapshots')).json())
  expect(items.map(({ label }) => label)).not.toContain('Friday')
  expect((await app.fetch(`/api/sessions/claude-code:${ID}`)).status).toBe(200)
})

test('two snapshots are ticked and compared: the session that grew, and by how many lines', async ({
  page,
  scratch,
  start,
}) => {
  const { app, file } = await demoApp(scratch, start)
  const first = await takeSnapshot(app)
  appendFileSync(file, `${readFileSync(file, 'utf8').trimEnd().split('\n').at(-1)}\n`)
  await app.readAll()
  const second = await takeSnapshot(app)
  await open(page, app, '/vault')

  await page.getByRole('checkbox', { name: `Tick snapshot ${second} to compare` }).check()
  await page.getByRole('checkbox', { name: `Tick snapshot ${first} to compare` }).check()
  await page.getByRole('button', { name: 'Compare', exact: true }).click()

  await expect(page).toHaveURL(new RegExp(`/vault/${first}/compare/${second}$`))
  await expect(page.getByRole('button', { name: 'grown 1' })).toBeVisible()
  const row = page.getByRole('listitem').filter({ hasText: TITLE })
  await expect(row).toContainText('grown')
  await expect(row).toContainText('+1')
})

test('the check of the vault says that everything is whole', async ({ page, scratch, start }) => {
  const { app } = await demoApp(scratch, start)
  await open(page, app, '/vault')
  const integrity = page.getByRole('region', { name: 'Integrity' })
  await expect(integrity).toContainText('Not checked yet')

  await integrity.getByRole('button', { name: 'Verify' }).click()

  await expect(integrity).toContainText('Whole')
  await expect(integrity).toContainText('every hash right')
})

test('retention shows which snapshots would go before anything goes', async ({ page, scratch, start }) => {
  const { app, homeDir } = await demoApp(scratch, start)
  await app.stop()
  addDailySnapshots(app.dataDir, [32, 31, 30, 5, 1])
  const again = await start({ homeDir })
  await open(page, again, '/settings?section=retention')
  const retention = page.getByRole('region', { name: 'Retention of snapshots' })
  const ids = async () =>
    listSnapshots.reply.parse(await (await again.fetch('/api/snapshots?limit=500')).json()).items.length
  const before = await ids()

  await retention.getByLabel('Keep all of the last').fill('3650')
  await expect(retention.getByText('By these rules no snapshot would go now.')).toBeVisible()
  await retention.getByLabel('Keep all of the last').fill('10')
  await retention.getByLabel('then one a day, for').fill('0')
  await retention.getByLabel('then one a week, for').fill('0')
  await expect(retention.getByText('3 snapshots would go now')).toBeVisible()
  expect(await ids()).toBe(before)
  await retention.getByRole('button', { name: 'Save and let 3 snapshots go' }).click()

  await expect(page.getByText('Saved; 3 snapshots went')).toBeVisible()
  expect(await ids()).toBe(before - 3)
})

for (const theme of ['dark', 'light'] as const) {
  test(`axe finds nothing serious on the pages and dialogs of the vault in ${theme}`, async ({
    page,
    scratch,
    start,
  }) => {
    test.slow()
    const { app, file } = await demoApp(scratch, start)
    const id = await takeSnapshot(app, { scope: { all: true }, label: 'Friday' })
    rmSync(file)
    await app.readAll()
    await page.emulateMedia({ colorScheme: theme })

    for (const path of ['/vault', '/vault?view=written', `/vault/${id}`, `/vault/${id}/compare/now`, '/vault/999']) {
      await open(page, app, path)
      await page.waitForTimeout(700)
      expect(await findings(page), path).toEqual([])
    }
    await open(page, app, '/vault')
    await expect(page.getByRole('link', { name: /Friday/ })).toBeVisible()
    await page.keyboard.press('n')
    await page.getByLabel('Sessions', { exact: true }).check()
    await page.waitForTimeout(400)
    expect(await findings(page), 'taking a snapshot').toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'More about “Friday”' }).click()
    await page.waitForTimeout(300)
    expect(await findings(page), 'the menu').toEqual([])
    await page.keyboard.press('Escape')
    await open(page, app, `/vault/${id}`)
    await page.getByRole('button', { name: `Restore ${TITLE}` }).click()
    await expect(page.getByRole('dialog').getByText('1 to create')).toBeVisible()
    expect(await findings(page), 'a restore').toEqual([])
  })

  test(`axe finds nothing serious on the empty vault in ${theme}`, async ({ page, scratch, start }) => {
    const app = await start({ homeDir: emptyHome(join(scratch, 'home')) })
    await page.emulateMedia({ colorScheme: theme })
    await open(page, app, '/vault')
    await expect(page.getByText('of 0 files')).toBeVisible()
    await page.waitForTimeout(500)

    expect(await findings(page)).toEqual([])
  })
}

/** Serious and critical findings, each as one line. */
async function findings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)}`))
}
