import AxeBuilder from '@axe-core/playwright'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from '@playwright/test'
import { edit, read, write } from '../scripts/demo/calls.ts'
import { sampleOf, seeded } from '../server/redaction/sample.ts'
import { expect, open, test, type App } from './app.ts'
import { emptyHome, GrowingSession } from './homes.ts'

const TOKEN = sampleOf('ghp_{a62:30}{crc62}', seeded(15))
const IMAGE = '<img src=x onerror="globalThis.hit=1">'
const SCRIPT = '</script><script>globalThis.hit=1</script>'
const SVG = '<svg onload="globalThis.hit=1"></svg>'

/** A session that writes code, names a secret and says hostile things. */
function record(homeDir: string): GrowingSession {
  const session = new GrowingSession(homeDir, { seed: 'export', cwd: '/w/app' })
  const s = session.recorder
  s.prompt(`Push with ${TOKEN}, and mind ${IMAGE} ${SCRIPT}`)
  s.turn({
    say: `# Plan\n\n${SVG} ${SCRIPT} ![p](http://evil.example/p.png)`,
    do: [write('src/a.ts', 'const one = 1\n')],
  })
  s.turn({ do: [edit('src/a.ts', 'const one = 1', `const two = '${SCRIPT}'`), read('src/a.ts')] })
  s.prompt('Go on')
  s.turn({ do: [edit('src/a.ts', 'two', 'three')] })
  s.turn({ say: 'Done.' })
  session.write()
  return session
}

/** Exports the session of the replay that is open, by keyboard; returns the file. */
async function exportOpened(page: Page, format: RegExp): Promise<string> {
  await expect(page.getByRole('slider', { name: 'Position in the session' })).toBeVisible()
  await page.keyboard.press('Shift+S')
  const dialog = page.getByRole('dialog', { name: 'Export this session' })
  await expect(dialog.getByRole('button', { name: 'Close' })).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(dialog.getByRole('radio', { name: /^Replay page/ })).toBeFocused()
  await dialog.getByRole('radio', { name: format }).press('Space')
  await expect(dialog.getByText('1 secret is taken out')).toBeVisible()
  await expect(dialog.getByRole('button', { name: 'Export' })).toBeEnabled()
  const download = page.waitForEvent('download')
  await dialog.getByRole('button', { name: 'Export' }).press('Enter')
  return (await download).path()
}

async function exportFrom(page: Page, app: App, session: GrowingSession, format: RegExp): Promise<string> {
  await open(page, app, `/sessions/${session.id}`)
  return exportOpened(page, format)
}

test('from the notice to the finding, and to an export without it, by keyboard', async ({ page, scratch, start }) => {
  const homeDir = emptyHome(join(scratch, 'home'))
  const session = new GrowingSession(homeDir, { seed: 'way', cwd: '/w/app' })
  session.recorder.prompt('Hello')
  session.write()
  const app = await start({ homeDir })
  await app.readAll()
  await open(page, app, '/')
  session.recorder.prompt(`Push with ${TOKEN} please`)
  session.write()

  await page.getByRole('button', { name: 'Show', exact: true }).press('Enter')
  const finding = page.getByRole('region', { name: 'The secret' })
  await expect(finding.getByRole('heading', { name: 'GitHub personal access token' })).toBeVisible()
  await finding.getByRole('link', { name: 'Hello' }).first().press('Enter')
  const text = readFileSync(await exportOpened(page, /^Markdown/), 'utf8')

  expect(text).toMatch(/Push with `?\\?\[REDACTED:github-pat:[A-Z2-7]{4}\\?\]`? please/)
  expect(text).not.toContain(TOKEN)
})

test('an exported page opens without any network, replays the code by keyboard, and holds no secret', async ({
  page,
  browser,
  scratch,
  start,
}) => {
  const homeDir = emptyHome(join(scratch, 'home'))
  const session = record(homeDir)
  const app = await start({ homeDir })
  await app.readAll()
  const file = await exportFrom(page, app, session, /^Replay page/)
  await app.stop()

  const context = await browser.newContext({ offline: true, viewport: { width: 1440, height: 900 } })
  const shown = await context.newPage()
  const asked: string[] = []
  const errors: string[] = []
  shown.on('request', (request) => asked.push(request.url()))
  shown.on('pageerror', (error) => errors.push(error.message))
  const target = join(scratch, 'replay.html')
  // The name that a browser gives to a download has no ending.
  const html = readFileSync(file)
  writeFileSync(target, html)
  await shown.goto(pathToFileURL(target).href)

  await expect(shown.getByRole('slider', { name: 'Position in the session' })).toBeVisible()
  await expect(shown.getByText(/Push with \[REDACTED:github-pat:[A-Z2-7]{4}\]/).first()).toBeVisible()
  await shown.keyboard.press('e')
  await expect(shown.getByRole('region', { name: 'Code' }).getByText('const one = 1')).toBeVisible()
  await shown.keyboard.press('e')
  const code = shown.getByRole('region', { name: 'Code' })
  await expect(code.getByText("const two = '</script><script>globalThis.hit=1</script>'")).toBeVisible()
  await expect(code.locator('.removed').first()).toContainText('const one = 1')
  await shown.keyboard.press('d')
  await expect(code.locator('.removed')).toHaveCount(0)

  await shown.keyboard.press('Home')
  await shown.keyboard.press('Space')
  await expect(shown.getByRole('button', { name: 'Pause' })).toBeVisible()
  await expect(shown.getByText(/^step [2-9] of/)).toBeVisible()
  await shown.keyboard.press('Space')

  expect(await shown.evaluate(() => 'hit' in globalThis)).toBe(false)
  expect(await shown.locator('img, svg, iframe, form').count()).toBe(0)
  // Nothing leads to a Lossless, which is not there.
  expect(await shown.locator('a:not([href^="http://evil.example"])').count()).toBe(0)
  expect(await shown.content()).not.toContain(TOKEN)
  expect(html.includes(TOKEN)).toBe(false)
  expect(asked).toEqual([pathToFileURL(target).href])
  expect(errors).toEqual([])
  // The page itself forbids asking, also of somebody who is online.
  const refused = await shown.evaluate(() =>
    fetch('data:text/plain,x').then(
      () => 'answered',
      () => 'refused',
    ),
  )
  expect(refused).toBe('refused')
  for (const theme of ['as it is', 'turned']) {
    const { violations } = await new AxeBuilder({ page: shown }).setLegacyMode().analyze()
    expect(
      violations.filter(({ impact }) => impact === 'serious' || impact === 'critical'),
      theme,
    ).toEqual([])
    await shown.getByRole('button', { name: 'Dark or light' }).click()
  }
  await context.close()
})

test('a bundle is exported here and comes up there, marked as imported, once', async ({
  page,
  browser,
  scratch,
  start,
}) => {
  const homeDir = emptyHome(join(scratch, 'home'))
  const session = record(homeDir)
  const app = await start({ homeDir })
  await app.readAll()
  const file = await exportFrom(page, app, session, /^Bundle/)
  const other = await start({ homeDir: emptyHome(join(scratch, 'other')), dataDir: join(scratch, 'other-data') })
  const there = await (await browser.newContext()).newPage()
  await open(there, other, '/sessions')

  const field = there.getByLabel('Bundle to import')
  await field.setInputFiles({ name: 'x.lossless', mimeType: 'application/zip', buffer: readFileSync(file) })
  await expect(there.getByText('x.lossless is imported')).toBeVisible()
  await expect(there.getByText('imported', { exact: true })).toBeVisible()
  await field.setInputFiles({ name: 'x.lossless', mimeType: 'application/zip', buffer: readFileSync(file) })
  await expect(there.getByText('its session is here already')).toBeVisible()
  await there.getByRole('button', { name: 'Show', exact: true }).last().click()
  await expect(there.getByText(/Push with \[REDACTED:github-pat/).first()).toBeVisible()
  expect(await there.content()).not.toContain(TOKEN)

  await field.waitFor({ state: 'detached' })
  await open(there, other, '/sessions')
  await there
    .getByLabel('Bundle to import')
    .setInputFiles({ name: 'y.lossless', mimeType: 'application/zip', buffer: Buffer.from('no') })
  await expect(there.getByText(/This is no bundle that can be imported/)).toBeVisible()
})

for (const theme of ['dark', 'light'] as const) {
  test(`axe finds nothing serious in the export in ${theme}`, async ({ page, scratch, start }) => {
    const homeDir = emptyHome(join(scratch, 'home'))
    const session = record(homeDir)
    const app = await start({ homeDir })
    await app.readAll()
    await page.emulateMedia({ colorScheme: theme })
    await open(page, app, `/sessions/${session.id}`)
    await expect(page.getByRole('slider', { name: 'Position in the session' })).toBeVisible()
    await page.keyboard.press('Shift+S')
    await expect(page.getByText('1 secret is taken out')).toBeVisible()
    const { violations } = await new AxeBuilder({ page }).include('[role="dialog"]').analyze()
    expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([])
  })
}
