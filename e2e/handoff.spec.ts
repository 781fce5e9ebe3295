import AxeBuilder from '@axe-core/playwright'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import { sampleOf, seeded } from '../server/redaction/sample.ts'
import { expect, open, test } from './app.ts'
import { projectFolder } from './homes.ts'

const TOKEN = sampleOf('ghp_{a62:30}{crc62}', seeded(16))

/** A home with one session of two turns with a call of a tool between them, and the folder of its project. */
function makeHome(scratch: string): { homeDir: string; project: string } {
  const [homeDir, project] = [join(scratch, 'home'), join(scratch, 'app')]
  mkdirSync(project)
  const folder = projectFolder(homeDir, project)
  mkdirSync(folder, { recursive: true })
  const said = (role: string, content: unknown) =>
    role === 'user' ? { role, content } : { id: `m${JSON.stringify(content)}`, role, model: 'claude-opus-4-5', content }
  const messages: [string, unknown][] = [
    ['user', `Push with ${TOKEN} please`],
    ['assistant', [{ type: 'thinking', thinking: 'Hm.', signature: 's' }]],
    ['assistant', [{ type: 'tool_use', id: 't1', name: 'Bash', input: { command: 'git push' } }]],
    ['user', [{ type: 'tool_result', tool_use_id: 't1', content: 'Everything up-to-date' }]],
    ['assistant', [{ type: 'text', text: 'It is pushed.' }]],
    ['user', 'Now tag it'],
    ['assistant', [{ type: 'text', text: 'Tagged.' }]],
  ]
  const lines = messages.map(([type, content], index) =>
    JSON.stringify({
      ...{ uuid: `u${index}`, parentUuid: index === 0 ? null : `u${index - 1}`, sessionId: 's1', cwd: project },
      ...{ timestamp: new Date(Date.UTC(2026, 8, 1, 10, 0, index)).toISOString(), type, message: said(type, content) },
    }),
  )
  writeFileSync(join(folder, 's1.jsonl'), `${lines.join('\n')}\n`)
  return { homeDir, project }
}

const dialogOf = (page: Page): Locator => page.getByRole('dialog', { name: 'Continue in another agent' })

function rolloutsIn(homeDir: string): string[] {
  const folder = join(homeDir, '.codex', 'sessions')
  if (!existsSync(folder)) return []
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith('.jsonl')).map((name) => join(folder, name))
}

test('a session goes on in Codex, by keyboard: what is lost is told before anything is written', async ({
  page,
  scratch,
  start,
}) => {
  const { homeDir, project } = makeHome(scratch)
  const app = await start({ homeDir })
  await app.readAll()
  await open(page, app, '/sessions/claude-code:s1?at=4')
  await expect(page.getByText('It is pushed.')).toBeVisible()

  await page.keyboard.press('Shift+H')
  const dialog = dialogOf(page)
  await expect(dialog.getByRole('radio', { name: 'Codex CLI' })).toBeChecked()
  await expect(dialog.getByRole('list', { name: 'What is lost' }).getByRole('listitem')).toHaveText([
    'One call of a tool becomes text, with what went in and what came out.',
    'One piece of thinking stays behind.',
  ])
  await expect(dialog.getByText(`cd ${project} && codex resume`)).toBeVisible()
  expect(page.url()).toContain('handoff=4')
  expect(rolloutsIn(homeDir)).toEqual([])

  await dialog.getByRole('button', { name: 'Write the new session' }).press('Enter')
  await expect(dialog.getByText('The new session is written.')).toBeVisible()
  await expect(dialog.getByRole('button', { name: 'Copy', exact: true })).toBeVisible()
  const [file = '', ...others] = rolloutsIn(homeDir)
  expect(others).toEqual([])
  const text = readFileSync(file, 'utf8')
  expect(text).toContain('It is pushed.')
  expect(text).not.toContain('Tagged.')
  expect(text).not.toContain(TOKEN)
  expect(text).toMatch(/Push with \[REDACTED:github-pat:[A-Z2-7]{4}\] please/)

  await dialog.getByRole('link', { name: 'Replay it here' }).press('Enter')
  await expect(page).toHaveURL(/\/sessions\/codex:/)
  await expect(page.getByText('It is pushed.')).toBeVisible()
})

test('a hand-off is taken back by its undo', async ({ page, scratch, start }) => {
  const { homeDir } = makeHome(scratch)
  const app = await start({ homeDir })
  await app.readAll()
  await open(page, app, '/sessions/claude-code:s1?handoff=end')
  const dialog = dialogOf(page)
  await dialog.getByRole('button', { name: 'Write the new session' }).click()
  await expect(dialog.getByText('The new session is written.')).toBeVisible()
  expect(rolloutsIn(homeDir)).toHaveLength(1)

  await dialog.getByRole('button', { name: 'Undo' }).click()

  await expect(page.getByText('The new session was taken away again')).toBeVisible()
  expect(rolloutsIn(homeDir)).toEqual([])
})

test('from the palette, as a brief that keeps to its tokens', async ({ page, scratch, start }) => {
  const { homeDir } = makeHome(scratch)
  const app = await start({ homeDir })
  await app.readAll()
  await open(page, app, '/')
  await expect(page.getByRole('main')).toBeVisible()

  await page.keyboard.press('Control+k')
  await page.keyboard.type('continue push')
  await expect(page.getByText('Continue from its end in another agent')).toBeVisible()
  await page.keyboard.press('Enter')
  const dialog = dialogOf(page)
  await dialog.getByRole('radio', { name: 'A brief in Markdown' }).press('Space')

  const brief = dialog.getByRole('region', { name: 'The brief' })
  await expect(brief).toContainText('# Hand-off: Push with [REDACTED:github-pat:')
  await expect(brief).toContainText('Tagged.')
  await expect(brief).not.toContainText(TOKEN)
  await dialog.getByLabel('Tokens at most').selectOption('8,000')
  await expect(brief).toContainText('Tagged.')
  const saved = page.waitForEvent('download')
  await dialog.getByRole('button', { name: 'Save the brief' }).press('Enter')
  expect(readFileSync(await (await saved).path(), 'utf8')).toContain('## Claude Code')
  expect(rolloutsIn(homeDir)).toEqual([])

  await dialog.getByRole('radio', { name: 'Cursor', exact: true }).check()
  await expect(dialog.getByText('No session can be written for Cursor')).toBeVisible()
  await expect(brief).toContainText('Tagged.')
})

test('where it cannot go on, it is said why', async ({ page, scratch, start }) => {
  const homeDir = join(scratch, 'home')
  const folder = projectFolder(homeDir, '/w/gone')
  mkdirSync(folder, { recursive: true })
  const record = { uuid: 'u0', sessionId: 's1', timestamp: '2026-09-01T10:00:00.000Z', type: 'user' }
  writeFileSync(
    join(folder, 's1.jsonl'),
    `${JSON.stringify({ ...record, message: { role: 'user', content: 'Hello' } })}\n`,
  )
  const app = await start({ homeDir })
  await app.readAll()
  await open(page, app, '/sessions/claude-code:s1?handoff=end')

  const dialog = dialogOf(page)
  await dialog.getByRole('radio', { name: 'Aider' }).check()

  await expect(
    dialog.getByText('Aider keeps its history in the project’s folder, and no record names it.'),
  ).toBeVisible()
  await expect(dialog.getByRole('button', { name: 'Write the new session' })).toBeDisabled()
})

for (const theme of ['dark', 'light'] as const) {
  test(`axe finds nothing serious in the hand-off in ${theme}`, async ({ page, scratch, start }) => {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    const app = await start({ homeDir: makeHome(scratch).homeDir })
    await app.readAll()
    await open(page, app, '/sessions/claude-code:s1?handoff=end')
    const dialog = dialogOf(page)
    const serious = async () => {
      const { violations } = await new AxeBuilder({ page }).include('[role=dialog]').analyze()
      return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id }) => id)
    }
    await expect(dialog.getByRole('list', { name: 'What is lost' })).toBeVisible()
    expect(await serious()).toEqual([])
    await dialog.getByRole('radio', { name: 'A brief in Markdown' }).check()
    await expect(dialog.getByRole('region', { name: 'The brief' })).toBeVisible()
    expect(await serious()).toEqual([])
    await dialog.getByRole('radio', { name: 'Codex CLI' }).check()
    await dialog.getByRole('button', { name: 'Write the new session' }).click()
    await expect(dialog.getByText('The new session is written.')).toBeVisible()
    expect(await serious()).toEqual([])
  })
}
