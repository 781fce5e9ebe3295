import AxeBuilder from '@axe-core/playwright'
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sampleOf, seeded } from '../server/redaction/sample.ts'
import { expect, open, test } from './app.ts'
import { projectFolder } from './homes.ts'

const TOKEN = sampleOf('ghp_{a62:30}{crc62}', seeded(5))
let count = 0

function prompt(text: string): string {
  count += 1
  return `${JSON.stringify({
    type: 'user',
    uuid: `u${count}`,
    parentUuid: count === 1 ? null : `u${count - 1}`,
    sessionId: 's1',
    cwd: '/w/app',
    timestamp: new Date(Date.UTC(2026, 8, 1, 10, 0, count)).toISOString(),
    message: { role: 'user', content: text },
  })}\n`
}

/** A home with one session; returns its file. */
function makeHome(home: string, text: string): string {
  const folder = projectFolder(home, '/w/app')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 's1.jsonl')
  writeFileSync(file, text)
  return file
}

test('a secret in a running session is told, shown masked, revealed for a moment and set aside, by keyboard', async ({
  page,
  scratch,
  start,
}) => {
  const homeDir = join(scratch, 'home')
  const file = makeHome(homeDir, prompt('Hello'))
  const app = await start({ homeDir })
  await app.readAll()
  await open(page, app, '/secrets')
  await expect(page.getByText('No secrets were found')).toBeVisible()

  appendFileSync(file, prompt(`Push with ${TOKEN} please`))
  await expect(page.getByText('GitHub personal access token read in “Hello”.')).toBeVisible()
  await page.getByRole('button', { name: 'Show', exact: true }).press('Enter')
  const detail = page.getByRole('region', { name: 'The secret' })
  await expect(detail.getByRole('heading', { name: 'GitHub personal access token' })).toBeVisible()
  await expect(detail.getByText(/Push with \[REDACTED:github-pat:[A-Z2-7]{4}\] please/)).toBeVisible()
  expect(await page.content()).not.toContain(TOKEN)

  await detail.getByRole('button', { name: 'Reveal' }).press('Enter')
  await expect(detail.getByLabel('The value')).toHaveText(TOKEN)
  await detail.getByRole('button', { name: 'Hide' }).press('Enter')
  expect(await page.content()).not.toContain(TOKEN)

  await detail.getByRole('button', { name: 'Ignore…' }).press('Enter')
  await page.keyboard.type('Of a test')
  await page.keyboard.press('Enter')
  await expect(detail.getByText('Of a test')).toBeVisible()
  await page.getByRole('button', { name: 'Undo' }).press('Enter')
  await expect(detail.getByRole('button', { name: 'Ignore…' })).toBeVisible()

  await detail.getByRole('link', { name: 'Hello' }).press('Enter')
  await expect(page.getByText(/Push with \[REDACTED:github-pat:[A-Z2-7]{4}\] please/).first()).toBeVisible()
  expect(await page.content()).not.toContain(TOKEN)
})

for (const theme of ['dark', 'light'] as const) {
  test(`axe finds nothing serious on the secrets in ${theme}`, async ({ page, scratch, start }) => {
    const homeDir = join(scratch, 'home')
    makeHome(
      homeDir,
      prompt('Hello') + prompt(`Push with ${TOKEN}`) + prompt(`export DB_PASSWORD='${TOKEN.slice(8, 30)}'`),
    )
    const app = await start({ homeDir })
    await app.readAll()
    await page.emulateMedia({ colorScheme: theme })
    await open(page, app, '/secrets')
    await page.getByRole('button', { name: /GitHub personal access token/ }).click()
    await expect(page.getByRole('button', { name: 'Reveal' }).first()).toBeVisible()
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([])
  })
}

test('a session leaves without its secret, after the preview said so, by keyboard', async ({
  page,
  scratch,
  start,
}) => {
  const homeDir = join(scratch, 'home')
  const file = makeHome(homeDir, prompt('Hello') + prompt(`Push with ${TOKEN} please`) + prompt('Thanks'))
  const app = await start({ homeDir })
  await app.readAll()
  await open(page, app, '/sessions/claude-code:s1')
  await expect(page.getByRole('slider', { name: 'Position in the session' })).toBeVisible()

  await page.keyboard.press('Shift+S')
  const dialog = page.getByRole('dialog', { name: 'Export this session' })
  await dialog.getByRole('radio', { name: /own records/ }).press('Space')
  await expect(dialog.getByText('1 secret is taken out, in 1 line; every other byte stays.')).toBeVisible()
  const exported = async () => {
    const download = page.waitForEvent('download')
    await dialog.getByRole('button', { name: 'Export' }).press('Enter')
    return readFileSync(await (await download).path(), 'utf8')
  }
  const text = await exported()
  const [mark = ''] = /\[REDACTED:github-pat:[A-Z2-7]{4}\]/.exec(text) ?? []
  expect(text.replace(mark, TOKEN)).toBe(readFileSync(file, 'utf8'))
  expect(text).not.toContain(TOKEN)

  await page.keyboard.press('Shift+S')
  await dialog.getByRole('radio', { name: /own records/ }).press('Space')
  await dialog.getByRole('checkbox', { name: 'GitHub personal access token' }).press('Space')
  await expect(dialog.getByText('0 secrets are taken out')).toBeVisible()
  expect(await exported()).toBe(readFileSync(file, 'utf8'))
})
