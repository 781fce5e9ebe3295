import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium, type Page } from '@playwright/test'
import { discard, quantile, startApp, untilIdle } from './support/app.ts'

/*
 * Drags the scrubber of the largest session to and fro and looks at the time between frames:
 *   npm run bench -- scrub [--home FOLDER] [--seconds N]
 */

const { values } = parseArgs({
  options: {
    home: { type: 'string', default: join(import.meta.dirname, '../../shared/data/replay-truth/home') },
    seconds: { type: 'string', default: '8' },
  },
})
if (!existsSync(values.home)) {
  console.log(`Skipped: there is no folder ${values.home}. Name a home with --home.`)
  process.exit(0)
}

const app = await startApp(values.home)
const browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium' })
try {
  await untilIdle(app)
  const { items } = await app.get<{ items: { id: string; events: number }[] }>('/api/sessions?limit=1000')
  const largest = items.reduce((best, one) => (one.events > best.events ? one : best))
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  await page.goto(`${app.url}/sessions/${encodeURIComponent(largest.id)}?at=0&token=${app.token}`)
  await page.waitForSelector('[data-seq]:not(.loading)')
  await page.waitForTimeout(1500)
  report('resting (the same page, no drag)', await frames(page, () => page.waitForTimeout(3000)))
  report(`dragging over ${largest.events} events`, await frames(page, () => drag(page, Number(values.seconds))))
} finally {
  await browser.close()
  await app.stop()
  discard(app.dataDir)
}

/** Milliseconds between frames while something is done. */
async function frames(page: Page, work: () => Promise<void>): Promise<number[]> {
  await page.evaluate(() => {
    const noted: number[] = []
    Object.assign(window, { noted, isNoting: true })
    let last = performance.now()
    const note = (now: number) => {
      noted.push(now - last)
      last = now
      if ((window as unknown as { isNoting: boolean }).isNoting) requestAnimationFrame(note)
    }
    requestAnimationFrame(note)
  })
  await work()
  const noted = await page.evaluate(() => {
    Object.assign(window, { isNoting: false })
    return (window as unknown as { noted: number[] }).noted
  })
  return noted.slice(2)
}

async function drag(page: Page, seconds: number): Promise<void> {
  const box = await page.getByRole('slider', { name: 'Position in the session' }).boundingBox()
  if (!box) throw new Error('The page shows no scrubber.')
  const y = box.y + box.height / 2
  const at = (share: number) => box.x + box.width * (0.02 + 0.96 * share)
  const begun = performance.now()
  await page.mouse.move(at(0), y)
  await page.mouse.down()
  for (;;) {
    const passed = (performance.now() - begun) / 1000
    if (passed > seconds) break
    // Four seconds from one end to the other and back.
    const share = 1 - Math.abs(1 - ((passed / 2) % 2))
    await page.mouse.move(at(share), y)
  }
  await page.mouse.up()
}

function report(name: string, times: number[]): void {
  const at = (share: number) => quantile(times, share).toFixed(1)
  const long = times.filter((time) => time > 32).length
  console.log(
    `${name}: ${times.length} frames, p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms, ${long} over 32 ms`,
  )
}
