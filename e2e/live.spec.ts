import { unlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { bash } from '../scripts/demo/calls.ts'
import { expect, open, test } from './app.ts'
import { GrowingSession, copyDemo, emptyHome } from './homes.ts'

/** Notes when each of the marks first stands in the page, by the page's clock, which is the machine's. */
async function noteMarks(page: Page, marks: string[]): Promise<void> {
  await page.evaluate((wanted) => {
    const seen: Record<string, number> = {}
    const look = (): void => {
      const text = document.body.textContent
      for (const mark of wanted) if (!(mark in seen) && text.includes(mark)) seen[mark] = Date.now()
    }
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true })
    Object.assign(globalThis, { seenMarks: seen })
  }, marks)
}

const percentile = (values: number[], share: number): number =>
  values.toSorted((one, other) => one - other)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? NaN

test('a session that begins while one watches appears by itself', async ({ page, scratch, start }) => {
  const homeDir = emptyHome(join(scratch, 'home'))
  const app = await start({ homeDir })
  await open(page, app)
  await expect(page.getByText('No sessions found yet')).toBeVisible()

  const session = new GrowingSession(homeDir, { seed: 'begins', cwd: '/home/ada/code/tides' })
  session.recorder.prompt('When is high water at Holm tomorrow?')
  session.write()

  await expect(page.getByRole('heading', { name: 'Running now' })).toBeVisible()
  await expect(page.getByText('When is high water at Holm tomorrow?').first()).toBeVisible()
})

test('what an agent writes stands in the open replay a moment later', async ({ page, scratch, start }, info) => {
  test.slow()
  const homeDir = copyDemo(join(scratch, 'home'))
  const session = new GrowingSession(homeDir, { seed: 'latency', cwd: '/home/ada/code/tides' })
  session.recorder.prompt('Count the tides.')
  session.write()
  const app = await start({ homeDir })
  await app.readAll()
  await open(page, app, `/sessions/${session.id}`)
  await expect(page.getByRole('button', { name: 'Follow' })).toHaveAttribute('aria-pressed', 'true')

  // How fast is for `npm run bench -- live` to say: here only a wait that nobody would call live is a failure.
  const { p50, p95 } = await measureRound(page, session, 'the only round')
  info.annotations.push({ type: 'append to DOM', description: `p50 ${p50} ms, p95 ${p95} ms` })
  expect(p95).toBeLessThan(5000)
})

/** Milliseconds from the append to the DOM. */
interface Waits {
  p50: number
  p95: number
}

async function measureRound(page: Page, session: GrowingSession, name: string): Promise<Waits> {
  const marks = Array.from({ length: 40 }, (_, index) => `tide ${index} of ${name} of the day`)
  await noteMarks(page, marks)
  const begun: number[] = []
  for (const mark of marks) {
    session.recorder.turn({ say: mark, do: [bash('date', 'Ask for the time', { output: '12:00' })] })
    begun.push(session.write())
    await page.waitForTimeout(120)
  }
  await expect(page.getByText(marks.at(-1) ?? '').first()).toBeVisible({ timeout: 40_000 })
  const seen = await page.evaluate(() => (globalThis as unknown as { seenMarks: Record<string, number> }).seenMarks)
  const waits = marks.map((mark, index) => (seen[mark] ?? Infinity) - (begun[index] ?? 0))
  return { p50: percentile(waits, 0.5), p95: percentile(waits, 0.95) }
}

test('following stops when the reader moves away from the end', async ({ page, scratch, start }) => {
  const homeDir = emptyHome(join(scratch, 'home'))
  const session = new GrowingSession(homeDir, { seed: 'follow', cwd: '/home/ada/code/tides' })
  session.recorder.prompt('One')
  session.recorder.turn({ say: 'Answer one.' })
  session.write()
  const app = await start({ homeDir })
  await app.readAll()
  await open(page, app, `/sessions/${session.id}`)
  const slider = page.getByRole('slider', { name: 'Position in the session' })
  const follow = page.getByRole('button', { name: 'Follow' })
  await expect(follow).toHaveAttribute('aria-pressed', 'true')
  await expect(slider).toHaveAttribute('aria-valuenow', '2')

  session.recorder.prompt('Two')
  session.write()
  await expect(slider).toHaveAttribute('aria-valuenow', '3')
  await page.keyboard.press('Shift+Home')
  await expect(follow).toHaveAttribute('aria-pressed', 'false')
  session.recorder.turn({ say: 'Answer two.' })
  session.write()

  await expect(slider).toHaveAttribute('aria-valuemax', '4')
  await expect(slider).toHaveAttribute('aria-valuenow', '1')
})

test('a session whose file the agent deletes stays, with all it had', async ({ page, scratch, start }) => {
  const homeDir = emptyHome(join(scratch, 'home'))
  const session = new GrowingSession(homeDir, { seed: 'deleted', cwd: '/home/ada/code/tides' })
  session.recorder.prompt('Remember the number 7731.')
  session.recorder.turn({ say: 'I will: 7731.' })
  session.write()
  const app = await start({ homeDir })
  await app.readAll()
  await open(page, app, '/sessions')
  await expect(page.getByRole('link', { name: /Remember the number 7731/ })).toBeVisible()

  unlinkSync(session.file)

  await expect(page.getByText('kept only here')).toBeVisible()
  await page.getByRole('link', { name: /Remember the number 7731/ }).click()
  await expect(page.getByText('I will: 7731.').first()).toBeVisible()
})
