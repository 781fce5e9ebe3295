import AxeBuilder from '@axe-core/playwright'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, open, test } from './app.ts'
import { projectFolder } from './homes.ts'

/** A key that no list of formats knows. */
const KEY = ['staff', 'number', '48151623'].join('-')

/** A home with one session of one prompt. */
function makeHome(home: string, text: string): void {
  const folder = projectFolder(home, '/w/app')
  mkdirSync(folder, { recursive: true })
  const record = {
    type: 'user',
    uuid: 'u1',
    parentUuid: null,
    sessionId: 's1',
    cwd: '/w/app',
    timestamp: '2026-09-01T10:00:00.000Z',
    message: { role: 'user', content: text },
  }
  writeFileSync(join(folder, 's1.jsonl'), `${JSON.stringify(record)}\n`)
}

test('a pattern is tried, added, finds what was read before, and is deleted and brought back, by keyboard', async ({
  page,
  scratch,
  start,
}) => {
  const homeDir = join(scratch, 'home')
  makeHome(homeDir, `I am ${KEY}, mind`)
  const app = await start({ homeDir })
  await app.readAll()
  await open(page, app, '/settings?section=patterns')
  const section = page.getByRole('region', { name: 'Own patterns of secrets' })
  await expect(section.getByText('No pattern yet.')).toBeVisible()

  await section.getByRole('button', { name: 'New pattern' }).press('Enter')
  await expect(section.getByLabel('Name')).toBeFocused()
  await page.keyboard.type('Staff number')
  await page.keyboard.press('Tab')
  await page.keyboard.type('staff-number')
  await page.keyboard.press('Tab')
  await page.keyboard.type('staff-number-(')
  await expect(section.getByText('A parenthesis is opened and not closed.')).toBeVisible()
  await page.keyboard.press('Backspace')
  await page.keyboard.type('\\d{8}')
  await page.keyboard.press('Tab')
  await page.keyboard.type('nothing here')
  await expect(section.getByText('The keyword does not stand in this text')).toBeVisible()
  await page.keyboard.type(` but ${KEY}`)
  await expect(section.getByText('1 place fits. This is how it would be shown:')).toBeVisible()
  await expect(section.getByText('nothing here but [REDACTED]')).toBeVisible()

  await section.getByRole('button', { name: 'Add pattern' }).press('Enter')
  await expect(section.getByRole('link', { name: '1 secret' })).toBeVisible()
  await section.getByRole('link', { name: '1 secret' }).press('Enter')
  await expect(page.getByRole('button', { name: /Staff number/ })).toBeVisible()
  await page.getByRole('button', { name: /Staff number/ }).press('Enter')
  await expect(page.getByText(/I am \[REDACTED:own-staff-number:[A-Z2-7]{4}\], mind/).first()).toBeVisible()
  expect(await page.content()).not.toContain(KEY)

  await open(page, app, '/settings?section=patterns')
  await section.getByRole('button', { name: 'Delete Staff number' }).press('Enter')
  await expect(section.getByText('No pattern yet.')).toBeVisible()
  await page.getByRole('button', { name: 'Undo' }).press('Enter')
  await section.getByRole('button', { name: 'Change Staff number' }).press('Enter')
  await expect(section.getByLabel('Pattern, a regular expression')).toHaveValue('staff-number-\\d{8}')
  await section.getByLabel('Pattern, a regular expression').fill('staff-number-(')
  await section.getByRole('button', { name: 'Save' }).press('Enter')
  await expect(section.getByRole('alert')).toHaveText('A parenthesis is opened and not closed.')
})

for (const theme of ['dark', 'light'] as const) {
  test(`axe finds nothing serious on the form of a pattern in ${theme}`, async ({ page, scratch, start }) => {
    const homeDir = join(scratch, 'home')
    makeHome(homeDir, 'Hello')
    const app = await start({ homeDir })
    await app.readAll()
    await page.emulateMedia({ colorScheme: theme })
    await open(page, app, '/settings?section=patterns')
    const section = page.getByRole('region', { name: 'Own patterns of secrets' })
    await section.getByRole('button', { name: 'New pattern' }).click()
    await section.getByLabel('Keyword').fill('acme')
    await section.getByLabel('Pattern, a regular expression').fill('acme-\\w+')
    await section.getByLabel('Try it on a text').fill('an acme-word')
    await expect(section.getByText('1 place fits.')).toBeVisible()
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([])
  })
}
