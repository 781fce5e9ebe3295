import type { Locator, Page } from '@playwright/test'
import { expect, open, test, type App } from './app.ts'

const SESSION = '/sessions/claude-code:f9aebc35-2bef-43fc-acec-9b8eb200f635'

/** Opens the long session of the demo and waits until its code is there. */
async function openReplay(page: Page, demo: App, query = ''): Promise<Locator> {
  await open(page, demo, SESSION + query)
  const slider = page.getByRole('slider', { name: 'Position in the session' })
  await expect(slider).toBeVisible()
  return slider
}

async function dragTo(page: Page, slider: Locator, share: number): Promise<void> {
  const box = await slider.boundingBox()
  if (box === null) throw new Error('the scrubber has no size')
  const y = box.y + box.height / 2
  await page.mouse.move(box.x + box.width / 2, y)
  await page.mouse.down()
  await page.mouse.move(box.x + 1 + (box.width - 2) * share, y, { steps: 12 })
  await page.mouse.up()
}

const step = async (slider: Locator): Promise<number> => Number(await slider.getAttribute('aria-valuenow'))

test('dragging the scrubber shows a file as it stood then', async ({ page, demo }) => {
  const slider = await openReplay(page, demo, '?at=0&file=src/overlap.ts')
  const code = page.getByRole('region', { name: 'Code' })

  await dragTo(page, slider, 0)
  await expect(code).toContainText('Nothing is known of this file at this step')
  await dragTo(page, slider, 1)
  await expect(code).toContainText('return one.from < other.to && other.from < one.to')
  await expect(code).toContainText(/exact|probable/)
  await dragTo(page, slider, 0)
  await expect(code).toContainText('Nothing is known of this file at this step')
})

test('the files are those of the moment', async ({ page, demo }) => {
  const slider = await openReplay(page, demo, '?at=0')
  const files = page.getByRole('region', { name: 'Files' })

  await dragTo(page, slider, 1)
  await expect(files.getByRole('treeitem', { name: /overlap\.ts/ }).first()).toBeVisible()
  await dragTo(page, slider, 0)
  await expect(files.getByRole('treeitem', { name: /overlap\.ts/ })).toHaveCount(0)
})

test('every move of the replay works by keyboard', async ({ page, demo }) => {
  const slider = await openReplay(page, demo, '?at=0')
  await expect(slider).toHaveAttribute('aria-valuenow', '1')

  await page.keyboard.press('ArrowRight')
  await expect(slider).toHaveAttribute('aria-valuenow', '2')
  await page.keyboard.press('ArrowLeft')
  await expect(slider).toHaveAttribute('aria-valuenow', '1')
  await page.keyboard.press('ArrowDown')
  await expect(slider).toHaveAttribute('aria-valuetext', /Good plan, also the errors/)
  await page.keyboard.press('e')
  await expect(slider).toHaveAttribute('aria-valuetext', /Edits src\/log\.ts/)
  await page.keyboard.press('x')
  await expect(slider).toHaveAttribute('aria-valuetext', /An error/)
  await page.keyboard.press('c')
  await expect(slider).toHaveAttribute('aria-valuetext', /A compaction/)
  const atCompaction = await step(slider)
  await page.keyboard.press('c')
  await expect(slider).toHaveAttribute('aria-valuetext', /A compaction/)
  expect(await step(slider)).toBeGreaterThan(atCompaction)
  await page.keyboard.press('C')
  expect(await step(slider)).toBe(atCompaction)
  await page.keyboard.press('Shift+End')
  await expect(slider).toHaveAttribute('aria-valuenow', (await slider.getAttribute('aria-valuemax')) ?? '')
  await page.keyboard.press('Shift+Home')
  await expect(slider).toHaveAttribute('aria-valuenow', '1')
})

test('space plays and pauses', async ({ page, demo }) => {
  const slider = await openReplay(page, demo, '?at=0')

  await page.keyboard.press('Space')
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible()
  await expect.poll(() => step(slider)).toBeGreaterThan(2)
  await page.keyboard.press('Space')
  await expect(page.getByRole('button', { name: 'Play' })).toBeVisible()
})

test('finding in the session jumps from match to match', async ({ page, demo }) => {
  const slider = await openReplay(page, demo, '?at=0')

  await page.keyboard.press('/')
  await page.keyboard.type('half-open')
  await expect(page.getByRole('search').getByRole('status')).toHaveText(/^\d/)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('search').getByRole('status')).toContainText('1 of')
  const first = await step(slider)
  await page.keyboard.press('Enter')
  await expect.poll(() => step(slider)).toBeGreaterThan(first)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('search')).toBeHidden()
})

test('d walks through the ways to show a file', async ({ page, demo }) => {
  await openReplay(page, demo, '?at=160&file=src/overlap.ts')
  const code = page.getByRole('region', { name: 'Code' })
  await expect(code.getByRole('button', { name: 'Content' })).toHaveAttribute('aria-pressed', 'true')

  await page.keyboard.press('d')

  await expect(code.getByRole('button', { name: '↔ before' })).toHaveAttribute('aria-pressed', 'true')
})

test('a reload brings back the same moment, file and way to show it', async ({ page, demo }) => {
  const slider = await openReplay(page, demo, '?at=60&file=src/log.ts')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('d')
  const before = await step(slider)
  await expect.poll(() => new URL(page.url()).searchParams.get('at')).not.toBe('60')
  await page.waitForTimeout(400)

  await page.reload()

  await expect(slider).toHaveAttribute('aria-valuenow', String(before))
  const code = page.getByRole('region', { name: 'Code' })
  await expect(code).toContainText('log.ts')
  await expect(code.getByRole('button', { name: '↔ before' })).toHaveAttribute('aria-pressed', 'true')
})

test('an event id in the address leads to its step', async ({ page, demo }) => {
  const reply = await demo.fetch(`/api${SESSION}/events?limit=40`)
  const { items } = (await reply.json()) as { items: { id: string; seq: number; kind: string }[] }
  const target = items.find((item) => item.kind === 'tool_call')
  if (target === undefined) throw new Error('the session has no tool call')

  const slider = await openReplay(page, demo, `?at=${target.id}`)

  await expect(slider).toHaveAttribute('aria-valuenow', /^([2-9]|\d\d+)$/)
})

test('? lists the keys of the replay', async ({ page, demo }) => {
  await openReplay(page, demo)

  await page.keyboard.press('?')

  await expect(page.getByRole('dialog', { name: 'Keys' })).toContainText('Next compaction')
})
