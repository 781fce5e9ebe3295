import AxeBuilder from '@axe-core/playwright'
import { appendFileSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Locator, Page } from '@playwright/test'
import { sampleOf, seeded } from '../server/redaction/sample.ts'
import { expect, open, test, type App } from './app.ts'
import { projectFolder } from './homes.ts'

const TOKEN = sampleOf('ghp_{a62:30}{crc62}', seeded(6))
const PASSWORD = ['wu7', 'Kd!', 'qP0x', 'z9'].join('')
const MARK = /\[REDACTED:github-pat:[A-Z2-7]{4}\]/
let count = 0

function record(rest: object): string {
  count += 1
  const timestamp = new Date(Date.UTC(2026, 8, 1, 10, 0, count)).toISOString()
  return `${JSON.stringify({ uuid: `u${count}`, sessionId: 's1', cwd: '/w/app', timestamp, ...rest })}\n`
}

const prompt = (text: string) => record({ type: 'user', message: { role: 'user', content: text } })

/** The agent writes a file with a secret. */
function written(content: string): string {
  const input = { file_path: '/w/app/.env', content }
  const call = [{ type: 'tool_use', id: 't1', name: 'Write', input }]
  const result = [{ type: 'tool_result', tool_use_id: 't1', content: 'ok' }]
  const toolUseResult = { type: 'create', filePath: input.file_path, content, structuredPatch: [], originalFile: null }
  return (
    record({ type: 'assistant', message: { id: 'm1', role: 'assistant', model: 'claude-opus-4-5', content: call } }) +
    record({ type: 'user', message: { role: 'user', content: result }, toolUseResult })
  )
}

/** A home with one session that rests; returns its file. */
function makeHome(home: string, text: string): string {
  const folder = projectFolder(home, '/w/app')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 's1.jsonl')
  writeFileSync(file, text)
  rest(file)
  return file
}

function rest(file: string): void {
  utimesSync(file, new Date(), new Date(Date.now() - 60_000))
}

/** Enter on a button that is not enabled yet would say nothing. */
async function press(button: Locator): Promise<void> {
  await expect(button).toBeEnabled()
  await button.press('Enter')
}

const dialogOf = (page: Page, name: string | RegExp) => page.getByRole('dialog', { name })

test('a session is redacted and put back by keyboard', async ({ page, scratch, start }) => {
  const homeDir = join(scratch, 'home')
  const text = prompt('Hello') + prompt(`Push with ${TOKEN} please`) + prompt(`export DB_PASSWORD='${PASSWORD}'`)
  const file = makeHome(homeDir, text)
  const app = await start({ homeDir })
  await app.readAll()
  await open(page, app, '/sessions/claude-code:s1')
  await expect(page.getByRole('slider', { name: 'Position in the session' })).toBeVisible()

  await page.keyboard.press('Shift+D')
  const dialog = dialogOf(page, 'Redact secrets of “Hello”')
  await expect(dialog.getByText('2 secrets go, in 2 of 3 lines; every other byte stays.')).toBeVisible()
  await press(dialog.getByRole('button', { name: 'What changes: GitHub personal access token' }))
  await expect(dialog.getByText('Before: Push with ghp_••••(40) please')).toBeVisible()
  await expect(dialog.getByText(/After: Push with \[REDACTED:github-pat:[A-Z2-7]{4}\] please/)).toBeVisible()
  await dialog.getByRole('checkbox', { name: 'Password' }).press('Space')
  await expect(dialog.getByText('1 secret goes, in 1 of 3 lines')).toBeVisible()
  expect(await page.content()).not.toContain(TOKEN)

  await press(dialog.getByRole('button', { name: 'Redact 1 secret' }))
  await expect(dialog.getByText('1 secret was taken out of 1 file.')).toBeFocused()
  expect(readFileSync(file, 'utf8').replace(MARK, TOKEN)).toBe(text)
  expect(readFileSync(file, 'utf8')).toContain(PASSWORD)

  await press(dialog.getByRole('button', { name: 'Undo…' }))
  await press(dialog.getByRole('button', { name: 'Undo the redaction' }))
  await expect(page.getByText('Undone: the files are as they were')).toBeVisible()
  expect(readFileSync(file, 'utf8')).toBe(text)
  await expect(dialog).toBeHidden()
})

test('from the notice to the finding, its preview, and out for good, by keyboard', async ({ page, scratch, start }) => {
  const homeDir = join(scratch, 'home')
  const file = makeHome(homeDir, prompt('Hello'))
  const app = await start({ homeDir })
  await app.readAll()
  await open(page, app, '/')
  appendFileSync(file, prompt(`Push with ${TOKEN} please`))
  await press(page.getByRole('button', { name: 'Show', exact: true }))
  const detail = page.getByRole('region', { name: 'The secret' })
  await expect(page.getByRole('navigation', { name: 'Screens' }).getByText('1 open')).toBeAttached()

  await press(detail.getByRole('button', { name: 'Redact…' }))
  const dialog = dialogOf(page, 'Redact GitHub personal access token')
  await dialog.getByRole('radio', { name: 'Keep nothing' }).press('Space')
  await expect(dialog.getByText('The values are gone for good')).toBeVisible()
  // An agent may be at work on a file that was written to a moment ago.
  const apply = dialog.getByRole('button', { name: 'Redact 1 secret for good' })
  await expect(async () => {
    if (await apply.isDisabled()) await press(dialog.getByRole('button', { name: 'Look again' }))
    await expect(apply).toBeEnabled({ timeout: 1500 })
  }).toPass({ timeout: 30_000 })
  await apply.press('Enter')
  await expect(dialog.getByText('1 secret was taken out of 1 file.')).toBeVisible()
  await press(dialog.getByRole('button', { name: 'Done' }))

  expect(readFileSync(file, 'utf8')).not.toContain(TOKEN)
  await expect(detail.getByText('Redacted', { exact: true })).toBeVisible()
  await expect(page.getByRole('navigation', { name: 'Screens' }).getByText('1 open')).toHaveCount(0)
  await open(page, app, '/secrets')
  await expect(page.getByRole('region', { name: 'Redactions' }).getByText('for good')).toBeVisible()
})

test('what was kept for an undo is forgotten from the list of redactions', async ({ page, scratch, start }) => {
  const homeDir = join(scratch, 'home')
  makeHome(homeDir, prompt('Hello') + prompt(`Push with ${TOKEN} please`))
  const app = await start({ homeDir })
  await app.readAll()
  expect((await redact(app)).applied).toBe(true)
  await open(page, app, '/secrets')
  const list = page.getByRole('region', { name: 'Redactions' })
  await press(list.getByRole('button', { name: /^Forget what was kept/ }))
  const dialog = dialogOf(page, 'Forget what was kept')
  await expect(dialog.getByText('This cannot be undone.')).toBeVisible()
  await press(dialog.getByRole('button', { name: 'Forget for good' }))
  await expect(list.getByText('for good')).toBeVisible()
  await expect(list.getByRole('button', { name: /^Undo/ })).toHaveCount(0)
})

test('a mark in a prompt and one in the code open their secret', async ({ page, scratch, start }) => {
  const homeDir = join(scratch, 'home')
  makeHome(homeDir, prompt(`Push with ${TOKEN} please`) + written(`GITHUB_TOKEN=${TOKEN}\n`))
  const app = await start({ homeDir })
  await app.readAll()
  await open(page, app, '/sessions/claude-code:s1?at=2')
  const links = page.getByRole('link', { name: MARK })
  await links.first().press('Enter')
  await expect(page.getByRole('heading', { name: 'GitHub personal access token' })).toBeVisible()
  expect(new URL(page.url()).pathname).toBe('/secrets/1')

  await page.goBack()
  const inCode = page.getByLabel('Content of .env').getByRole('link', { name: MARK })
  await inCode.press('Enter')
  await expect(page.getByRole('heading', { name: 'GitHub personal access token' })).toBeVisible()
})

for (const theme of ['dark', 'light'] as const) {
  test(`axe finds nothing serious in the redaction in ${theme}`, async ({ page, scratch, start }) => {
    const homeDir = join(scratch, 'home')
    makeHome(homeDir, prompt('Hello') + prompt(`Push with ${TOKEN}`) + written(`GITHUB_TOKEN=${TOKEN}\n`))
    const app = await start({ homeDir })
    await app.readAll()
    await page.emulateMedia({ colorScheme: theme })
    const violations = async () => {
      const found = await new AxeBuilder({ page }).analyze()
      return found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    }
    await open(page, app, '/sessions/claude-code:s1?at=3')
    await expect(page.getByRole('link', { name: MARK }).first()).toBeVisible()
    expect(await violations()).toEqual([])
    await page.keyboard.press('Shift+D')
    const dialog = dialogOf(page, 'Redact secrets of “Hello”')
    await dialog.getByRole('radio', { name: 'Keep nothing' }).press('Space')
    await expect(dialog.getByText('After: Push with').first()).toBeVisible()
    expect(await violations()).toEqual([])
    await dialog.getByRole('radio', { name: 'Keep it' }).press('Space')
    await press(dialog.getByRole('button', { name: 'Redact 1 secret' }))
    await expect(dialog.getByText('1 secret was taken out')).toBeVisible()
    expect(await violations()).toEqual([])
    await press(dialog.getByRole('button', { name: 'Done' }))
    await page.goto(`${app.origin}/secrets`)
    await expect(page.getByRole('region', { name: 'Redactions' })).toBeVisible()
    expect(await violations()).toEqual([])
  })
}

test('an agent that appends while its file is redacted loses no line', async ({ scratch, start }) => {
  test.setTimeout(120_000)
  const homeDir = join(scratch, 'home')
  const first = Array.from({ length: 3000 }, (_, index) => prompt(index % 50 === 0 ? `Use ${TOKEN}` : `Line ${index}`))
  const file = makeHome(homeDir, first.join(''))
  const app = await start({ homeDir })
  await app.readAll()
  const expected = [...first]
  for (let round = 0; round < 8; round += 1) {
    const isDone = redact(app)
    let isOver = false
    void isDone.then(() => (isOver = true))
    await sleep(Math.random() * 400)
    for (let line = 0; !isOver || line < 3; line += 1) {
      const text = prompt(`Round ${round}, line ${line}, ${line % 3 === 0 ? TOKEN : 'plain'}`)
      appendFileSync(file, text)
      expected.push(text)
      await sleep(1 + Math.random() * 60)
    }
    await isDone
    rest(file)
  }
  await expect.poll(async () => (await redact(app)).applied || !readFileSync(file, 'utf8').includes(TOKEN)).toBe(true)
  const mark = MARK.exec(readFileSync(file, 'utf8'))?.[0] ?? ''
  expect(readFileSync(file, 'utf8')).toBe(expected.join('').replaceAll(TOKEN, mark))
})

async function redact(app: App): Promise<{ applied: boolean }> {
  const body = JSON.stringify({ sessions: ['claude-code:s1'], scopes: ['own', 'kept'] })
  const headers = { 'content-type': 'application/json' }
  const reply = await app.fetch('/api/redactions', { method: 'POST', body, headers })
  // A conflict says that a line came in between: nothing was changed.
  if (reply.status === 409) return { applied: false }
  expect(reply.status).toBe(200)
  return (await reply.json()) as { applied: boolean }
}
