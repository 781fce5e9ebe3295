import AxeBuilder from '@axe-core/playwright'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, open, test } from './app.ts'
import { emptyHome } from './homes.ts'

/** Serious and critical findings, each as one line; of a part of the page where one is named. */
async function findings(page: Page, part?: string): Promise<string[]> {
  const axe = new AxeBuilder({ page })
  const { violations } = await (part === undefined ? axe : axe.include(part)).analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)}`))
}

const pages = [
  { name: 'Live', path: '/', ready: 'Finished last' },
  { name: 'Sessions', path: '/sessions', ready: 'Bookings as an append-only event log' },
  { name: 'Settings', path: '/settings', ready: 'Claude Code' },
  {
    name: 'Replay',
    path: '/sessions/claude-code:f9aebc35-2bef-43fc-acec-9b8eb200f635?at=60',
    ready: 'step',
  },
  {
    name: 'Replay with a diff',
    path: '/sessions/claude-code:f9aebc35-2bef-43fc-acec-9b8eb200f635?at=160&file=src/overlap.ts&diff=before',
    ready: 'step',
  },
  {
    name: 'what was lost',
    path: '/sessions/claude-code:f9aebc35-2bef-43fc-acec-9b8eb200f635/compaction',
    ready: 'that came before',
  },
  {
    name: 'the recovery brief',
    path: '/sessions/claude-code:f9aebc35-2bef-43fc-acec-9b8eb200f635/compaction?pane=brief&coverage=lost',
    ready: 'characters:',
  },
  { name: 'an unknown address', path: '/no/such/page', ready: 'no/such/page' },
]

for (const theme of ['dark', 'light'] as const) {
  for (const { name, path, ready } of pages) {
    test(`axe finds nothing serious on ${name} in ${theme}`, async ({ page, demo }) => {
      await page.emulateMedia({ colorScheme: theme })
      await open(page, demo, path)
      await expect(page.getByText(ready).first()).toBeVisible()
      await page.waitForTimeout(500)

      expect(await findings(page)).toEqual([])
    })
  }

  test(`axe finds nothing serious in the palette and the key help in ${theme}`, async ({ page, demo }) => {
    await page.emulateMedia({ colorScheme: theme })
    await open(page, demo)
    await expect(page.getByText('Finished last')).toBeVisible()

    await page.keyboard.press('Control+k')
    await expect(page.getByRole('option').first()).toBeVisible()
    await page.waitForTimeout(300)
    expect(await findings(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.keyboard.press('?')
    await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible()
    await page.waitForTimeout(300)
    expect(await findings(page)).toEqual([])
  })

  test(`axe finds nothing serious in the dialogs that fork and restore in ${theme}`, async ({ page, demo }) => {
    test.slow()
    await page.emulateMedia({ colorScheme: theme })
    const session = '/sessions/claude-code:f9aebc35-2bef-43fc-acec-9b8eb200f635'
    await open(page, demo, `${session}?at=81&fork=81`)
    await expect(page.getByRole('button', { name: 'Write the new session' })).toBeEnabled()
    await page.waitForTimeout(300)
    expect(await findings(page, '[role=dialog]')).toEqual([])

    await open(page, demo, `${session}?at=81&code=81`)
    await page.getByRole('textbox', { name: 'Folder' }).fill('/nowhere/at-all')
    await expect(page.getByRole('dialog').getByRole('list')).toBeVisible()
    await page.waitForTimeout(300)
    expect(await findings(page, '[role=dialog]')).toEqual([])
  })

  test(`axe finds nothing serious on the empty pages in ${theme}`, async ({ page, scratch, start }) => {
    const homeDir = emptyHome(join(scratch, 'home'))
    const app = await start({ homeDir })
    await page.emulateMedia({ colorScheme: theme })
    for (const path of ['/', '/sessions', '/settings']) {
      await open(page, app, path)
      await page.waitForTimeout(500)
      expect(await findings(page), path).toEqual([])
    }
  })
}
