import AxeBuilder from '@axe-core/playwright'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { getWarnings, runHook } from '../server/contract/hooks.ts'
import { sampleOf, seeded } from '../server/redaction/sample.ts'
import { expect, open, test, type App } from './app.ts'
import { copyDemo } from './homes.ts'

/** As a person wrote it, with a hook of their own: order, blanks and the missing last line end must survive. */
const SETTINGS = `{
    "model": "opus",
    "hooks": {
        "SessionStart": [ { "hooks": [ { "type": "command", "command": "date" } ] } ]
    },
    "env": { "A": "1" }
}`

function homeWithSettings(scratch: string): { homeDir: string; settings: string } {
  const homeDir = copyDemo(join(scratch, 'home'))
  const settings = join(homeDir, '.claude', 'settings.json')
  mkdirSync(join(homeDir, '.claude'), { recursive: true })
  writeFileSync(settings, SETTINGS)
  return { homeDir, settings }
}

/** The agent's card in Settings. */
const card = (page: Page) =>
  page
    .getByRole('region', { name: 'Hooks in the agents' })
    .getByRole('article')
    .filter({ has: page.getByRole('heading', { name: 'Claude Code' }) })

test('a hook is installed after its difference was seen, and removing it restores the settings byte for byte', async ({
  page,
  scratch,
  start,
}) => {
  const { homeDir, settings } = homeWithSettings(scratch)
  const app = await start({ homeDir })
  await open(page, app, '/settings?section=hooks')

  await card(page)
    .getByRole('button', { name: /^Install Recovery brief/ })
    .click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByRole('group', { name: 'Changed lines' })).toContainText('compact')
  expect(readFileSync(settings, 'utf8')).toBe(SETTINGS)
  await dialog.getByRole('button', { name: 'Write 1 file' }).click()
  await expect(dialog).toBeHidden()
  await expect(card(page).getByRole('button', { name: /^Remove Recovery brief/ })).toBeVisible()
  const hooks: unknown = JSON.parse(readFileSync(settings, 'utf8'))
  expect(hooks).toMatchObject({ model: 'opus', env: { A: '1' }, hooks: { SessionStart: [{}, { matcher: 'compact' }] } })

  await card(page)
    .getByRole('button', { name: /^Remove Recovery brief/ })
    .click()
  await dialog.getByRole('button', { name: 'Write 1 file' }).click()
  await expect(card(page).getByRole('button', { name: /^Install Recovery brief/ })).toBeVisible()
  expect(readFileSync(settings, 'utf8')).toBe(SETTINGS)
})

test('an installation is taken back from the list of what Lossless wrote', async ({ page, scratch, start }) => {
  const { homeDir, settings } = homeWithSettings(scratch)
  const app = await start({ homeDir })
  await open(page, app, '/settings?section=hooks')
  await card(page)
    .getByRole('button', { name: /^Install Context gauge/ })
    .click()
  await page.getByRole('dialog').getByRole('button', { name: 'Write 1 file' }).click()
  await expect(card(page).getByRole('button', { name: /^Remove Context gauge/ })).toBeVisible()
  expect(readFileSync(settings, 'utf8')).toContain('statusLine')

  const written = page.getByRole('region', { name: 'Written by Lossless' })
  await written.getByRole('button', { name: /^Undo: / }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Undo for 1 file' }).click()

  await expect(card(page).getByRole('button', { name: /^Install Context gauge/ })).toBeVisible()
  expect(readFileSync(settings, 'utf8')).toBe(SETTINGS)
})

test('settings that are no JSON are refused with a sentence and stay as they are', async ({ page, scratch, start }) => {
  const { homeDir, settings } = homeWithSettings(scratch)
  writeFileSync(settings, '{ "model": ')
  const app = await start({ homeDir })
  await open(page, app, '/settings?section=hooks')

  const install = card(page).getByRole('button', { name: /^Install Recovery brief/ })
  await expect(card(page)).toContainText('settings.json')
  if (await install.isVisible()) {
    await install.click()
    await expect(page.getByRole('dialog').getByText('1 refused')).toBeVisible()
    await expect(page.getByRole('dialog').getByRole('button', { name: /^Write/ })).toBeDisabled()
  }

  expect(readFileSync(settings, 'utf8')).toBe('{ "model": ')
})

const TOKEN = sampleOf('ghp_{a62:30}{crc62}', seeded(17))

/** What Claude Code is answered when it is given a prompt; the thread that looks may have to start first. */
async function answerTo(app: App, prompt: string): Promise<Record<string, unknown> | null> {
  const input = { hook_event_name: 'UserPromptSubmit', session_id: 's', prompt }
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ agent: 'claude-code', input })
  const answer = await app.fetch('/api/hooks/run', { method: 'POST', headers, body })
  return runHook.reply.parse(await answer.json()).output
}

test('a prompt that is held back is told, and let through by keyboard', async ({ page, scratch, start }) => {
  const { homeDir, settings } = homeWithSettings(scratch)
  const app = await start({ homeDir })
  await open(page, app, '/settings?section=hooks')
  await card(page).getByRole('button', { name: 'Install Guard for prompts for Claude Code' }).press('Enter')
  await expect(page.getByRole('dialog').getByRole('group', { name: 'Changed lines' })).toContainText('UserPromptSubmit')
  await page.getByRole('dialog').getByRole('button', { name: 'Write 1 file' }).press('Enter')
  await expect(card(page).getByRole('button', { name: 'Remove Guard for prompts from Claude Code' })).toBeVisible()
  expect(JSON.parse(readFileSync(settings, 'utf8'))).toMatchObject({ hooks: { UserPromptSubmit: [{}] } })

  await expect.poll(() => answerTo(app, `Push with ${TOKEN}`), { timeout: 20_000 }).toMatchObject({ decision: 'block' })
  await expect(page.getByText('A prompt to Claude Code was held back.')).toBeVisible()
  await page.getByRole('button', { name: 'Show', exact: true }).press('Enter')
  await page.getByRole('button', { name: 'Let through: GitHub personal access token' }).press('Enter')
  await expect(page.getByRole('button', { name: 'Hold back again: GitHub personal access token' })).toBeVisible()

  expect(await answerTo(app, `Push with ${TOKEN}`)).toBeNull()
  expect(await page.content()).not.toContain(TOKEN)
  const { violations } = await new AxeBuilder({ page }).include('section[aria-labelledby="guard"]').analyze()
  expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([])
})

test('warning levels are edited, refused while they make no sense, and kept', async ({ page, scratch, start }) => {
  const app = await start({ homeDir: copyDemo(join(scratch, 'home')) })
  await open(page, app, '/settings?section=warnings')
  const warnings = page.getByRole('region', { name: 'Warnings' })
  await expect(warnings.getByLabel('Level 1, in percent')).toHaveValue('60')

  await warnings.getByLabel('Level 1, in percent').fill('120')
  await expect(warnings.getByText('A level is a whole number from 1 to 100.')).toBeVisible()
  await expect(warnings.getByRole('button', { name: 'Save warnings' })).toBeDisabled()
  await warnings.getByLabel('Level 1, in percent').fill('50')
  await warnings.getByRole('button', { name: 'Add a level' }).click()
  await warnings.getByLabel('Take a snapshot at each level').uncheck()
  await warnings.getByRole('button', { name: 'Save warnings' }).click()
  await expect(page.getByText('Warnings saved')).toBeVisible()
  await page.reload()

  await expect(warnings.getByLabel('Level 1, in percent')).toHaveValue('50')
  const saved = getWarnings.reply.parse(await (await app.fetch('/api/settings/warnings')).json())
  expect(saved).toMatchObject({ levels: [50, 80, 90], snapshot: false, notify: true })
})

for (const theme of ['dark', 'light'] as const) {
  test(`axe finds nothing serious on the hooks and their dialog in ${theme}`, async ({ page, scratch, start }) => {
    const { homeDir } = homeWithSettings(scratch)
    const app = await start({ homeDir })
    await page.emulateMedia({ colorScheme: theme })
    await open(page, app, '/settings?section=hooks')
    await card(page)
      .getByRole('button', { name: /^Install Recovery brief/ })
      .click()
    await expect(page.getByRole('dialog').getByRole('group', { name: 'Changed lines' })).toBeVisible()

    const { violations } = await new AxeBuilder({ page }).analyze()

    expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([])
  })
}
