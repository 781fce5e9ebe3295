import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, open, test } from './app.ts'
import { copyDemo } from './homes.ts'

const ID = 'f9aebc35-2bef-43fc-acec-9b8eb200f635'

test('the code of a step is written into a folder, and the last change is undone from the palette', async ({
  page,
  scratch,
  start,
}) => {
  const app = await start({ homeDir: copyDemo(join(scratch, 'home')) })
  await app.readAll()
  const folder = join(scratch, 'as-it-was')
  await open(page, app, `/sessions/claude-code:${ID}?at=9999`)
  await expect(page.getByRole('slider', { name: 'Position in the session' })).toBeVisible()

  await page.keyboard.press('Shift+R')
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Folder', { exact: true }).fill(folder)
  await expect(dialog.getByText(/\d+\s+to\s+create/)).toBeVisible()
  expect(existsSync(folder)).toBe(false)
  await dialog.getByRole('button', { name: /Write \d+ files/ }).click()
  await expect(dialog.getByText(/\d+ files written and checked, byte for byte\./)).toBeVisible()
  expect(readFileSync(join(folder, 'src/overlap.ts'), 'utf8')).toContain(
    'return one.from < other.to && other.from < one.to',
  )
  const names = readdirSync(folder, { recursive: true })
  await dialog.getByRole('button', { name: 'Done' }).click()
  expect(names.length).toBeGreaterThan(3)

  await page.keyboard.press('Control+k')
  await page.keyboard.type('undo the last')
  await page.keyboard.press('Enter')
  const undo = page.getByRole('dialog')
  await expect(undo.getByText(/\d+\s+to\s+delete/)).toBeVisible()
  await undo.getByRole('button', { name: /Undo for \d+ files/ }).click()
  await expect(page.getByText(/Undone: \d+ files as before/)).toBeVisible()
  expect(existsSync(folder)).toBe(false)
})
