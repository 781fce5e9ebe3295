import AxeBuilder from '@axe-core/playwright'
import { join } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import { edit, write } from '../scripts/demo/calls.ts'
import { CodexSession } from '../server/codex-testing.ts'
import { expect, open, test, type App } from './app.ts'
import { emptyHome, GrowingSession } from './homes.ts'

const THREAD = '01a201f6-4ddb-7141-b29c-a2fce24d4b09'
const CWD = '/home/ada/code/tides.js'
const PROJECT = '/projects/%2Fhome%2Fada%2Fcode%2Ftides%2Ejs'

interface World {
  app: App
  claude: GrowingSession
  codex: CodexSession
  slider: Locator
}

/** Two agents that write the same file in turns: Claude Code, Codex an hour later, Claude Code again. */
async function openWorld(
  page: Page,
  homeDir: string,
  start: (options: { homeDir: string }) => Promise<App>,
): Promise<World> {
  emptyHome(homeDir)
  const claude = new GrowingSession(homeDir, { seed: 'project', cwd: CWD, startsAt: '2026-11-24T08:00:00.000Z' })
  claude.recorder.prompt('List the harbours')
  claude.recorder.turn({ do: [write('harbours.txt', 'Holm\n')] })
  claude.recorder.wait(2 * 3600)
  claude.recorder.disk.set(`${CWD}/harbours.txt`, 'Holm\nVik\n')
  claude.recorder.turn({ do: [edit('harbours.txt', 'Vik', 'Vik (tidal)')] })
  claude.write()
  const codex = new CodexSession(homeDir, { thread: THREAD, cwd: CWD, startsAt: '2026-11-24T09:00:00.000Z' })
  codex.prompt('Add Vik').wait(30).update('harbours.txt', '@@ -1 +1,2 @@\n Holm\n+Vik\n')
  const app = await start({ homeDir })
  await app.readAll()
  await open(page, app, PROJECT)
  const slider = page.getByRole('slider', { name: 'Position in the project' })
  await expect(slider).toBeVisible()
  return { app, claude, codex, slider }
}

test('two agents in one project stand on one timeline, with one state of its files', async ({
  page,
  scratch,
  start,
}) => {
  const { slider } = await openWorld(page, join(scratch, 'home'), start)
  const code = page.getByRole('region', { name: 'Code' })
  const files = page.getByRole('region', { name: 'Files' })
  await expect(page.getByRole('heading', { name: 'tides.js' })).toBeVisible()
  await expect(page.getByRole('banner').or(page.locator('header')).getByText('Codex CLI')).toBeVisible()

  await page.keyboard.press('Home')
  await expect(slider).toHaveAttribute('aria-valuetext', /1 of 5 .*Claude Code.*Prompt: List the harbours/s)
  await page.keyboard.press('ArrowRight')
  await expect(slider).toHaveAttribute('aria-valuetext', /Edits harbours\.txt \+1 −0/)
  await expect(code).toContainText('Holm')
  await expect(code).not.toContainText('Vik')
  await expect(files.getByRole('button', { name: /harbours\.txt/ })).toContainText('List the harbours')

  await page.keyboard.press('e')
  await expect(slider).toHaveAttribute('aria-valuetext', /4 of 5 .*Codex CLI.*Edits harbours\.txt/s)
  await expect(code).toContainText('Vik')
  await expect(files.getByRole('button', { name: /harbours\.txt/ })).toContainText('Add Vik')

  await page.keyboard.press('ArrowUp')
  await expect(slider).toHaveAttribute('aria-valuetext', /Claude Code/)
  await page.keyboard.press('End')
  await expect(slider).toHaveAttribute('aria-valuenow', '5')
  await expect(code).toContainText('Vik (tidal)')
  await page.keyboard.press('E')
  await expect(slider).toHaveAttribute('aria-valuenow', '4')

  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(new RegExp(`/sessions/codex:${THREAD}\\?at=\\d+`))
  await page.locator('header').getByRole('link', { name: 'tides.js' }).click()
  await expect(slider).toHaveAttribute('aria-valuenow', '4')
})

test('the playhead is dragged, and the address brings it back', async ({ page, scratch, start }) => {
  const { slider } = await openWorld(page, join(scratch, 'home'), start)
  const box = await slider.boundingBox()
  if (box === null) throw new Error('the timeline has no size')

  await page.mouse.move(box.x + box.width - 8, box.y + 8)
  await page.mouse.down()
  await page.mouse.move(box.x + 8, box.y + 8, { steps: 8 })
  await page.mouse.up()
  await expect(slider).toHaveAttribute('aria-valuenow', '1')
  await expect.poll(() => new URL(page.url()).searchParams.get('at')).toBe('0')
  await page.reload()
  await expect(slider).toHaveAttribute('aria-valuenow', '1')
})

test('what an agent does appears, and the playhead follows it when one wants that', async ({
  page,
  scratch,
  start,
}) => {
  const { claude, codex, slider } = await openWorld(page, join(scratch, 'home'), start)
  await expect(slider).toHaveAttribute('aria-valuemax', '5')
  await page.keyboard.press('f')

  codex.wait(4 * 3600).prompt('And the lights')
  await expect(slider).toHaveAttribute('aria-valuetext', /6 of 6 .*Codex CLI.*And the lights/s)
  await page.keyboard.press('Home')
  claude.recorder.prompt('Something else')
  claude.write()
  await expect(slider).toHaveAttribute('aria-valuemax', '7')
  await expect(slider).toHaveAttribute('aria-valuenow', '1')

  const another = new GrowingSession(join(scratch, 'home'), { seed: 'another', cwd: CWD })
  another.recorder.prompt('A third session')
  another.write()
  await expect(
    page.getByRole('list', { name: 'Sessions' }).getByRole('link', { name: /A third session/ }),
  ).toBeVisible()
})

test('the project is opened from the list of sessions and from the palette', async ({ page, scratch, start }) => {
  const { app, slider } = await openWorld(page, join(scratch, 'home'), start)
  await open(page, app, '/sessions')
  await page.getByRole('link', { name: 'Timeline of tides.js' }).click()
  await expect(slider).toBeVisible()

  await open(page, app, '/')
  await page.keyboard.press('Control+k')
  await page.keyboard.type('All sessions of')
  await page.keyboard.press('Enter')
  await page.keyboard.type('ada/code')
  await page.getByRole('option', { name: /\/home\/ada\/code\/tides\.js/ }).click()
  await expect(slider).toBeVisible()
})

test('a project that no session names is said to be unknown', async ({ page, demo }) => {
  await open(page, demo, '/projects/%2Fno%2Fsuch')
  await expect(page.getByRole('alert')).toContainText('There is no project “/no/such”')
})

for (const theme of ['dark', 'light'] as const) {
  test(`axe finds nothing serious on a project in ${theme}`, async ({ page, scratch, start }) => {
    await page.emulateMedia({ colorScheme: theme })
    await openWorld(page, join(scratch, 'home'), start)
    await expect(page.getByRole('region', { name: 'Code' })).toContainText('Vik (tidal)')
    await page.waitForTimeout(500)

    const { violations } = await new AxeBuilder({ page }).analyze()
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([])
  })
}
