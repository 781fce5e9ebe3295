import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, open, test } from './app.ts'
import { projectFolder } from './homes.ts'

test('an export leaves personal data in until it is asked to exchange it, by keyboard', async ({
  page,
  scratch,
  start,
}) => {
  const homeDir = join(scratch, 'home')
  const folder = projectFolder(homeDir, '/home/grace/app')
  mkdirSync(folder, { recursive: true })
  const record = {
    type: 'user',
    uuid: 'u1',
    parentUuid: null,
    sessionId: 's1',
    cwd: '/home/grace/app',
    timestamp: '2026-09-01T10:00:00.000Z',
    message: { role: 'user', content: 'Write to grace@navy.mil' },
  }
  writeFileSync(join(folder, 's1.jsonl'), `${JSON.stringify(record)}\n`)
  const app = await start({ homeDir })
  await app.readAll()
  await open(page, app, '/sessions/claude-code:s1')
  await expect(page.getByText('Write to grace@navy.mil').first()).toBeVisible()

  await page.keyboard.press('Shift+S')
  const dialog = page.getByRole('dialog', { name: 'Export this session' })
  await dialog.getByRole('radio', { name: /own records/ }).press('Space')
  await expect(dialog.getByText('byte for byte')).toBeVisible()
  await dialog.getByRole('checkbox', { name: 'Exchange personal data for pseudonyms' }).press('Space')
  await expect(
    dialog.getByText(
      'No secrets were found, personal data is exchanged in 2 places, in 1 line; every other byte stays.',
    ),
  ).toBeVisible()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('button', { name: 'Export' }).press('Enter'),
  ])

  const text = readFileSync(await download.path(), 'utf8')
  expect(text).toContain('"cwd":"/home/user1/app"')
  expect(text).toContain('Write to mail1@example.invalid')
  expect(text).not.toMatch(/grace|navy/)
})
