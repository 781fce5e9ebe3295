import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, open, test } from './app.ts'
import { emptyHome } from './homes.ts'

/** Collects what a page must not do: fail in its console, or ask another machine. */
function watch(page: Page, origin: string): string[] {
  const faults: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`))
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(origin) && !url.startsWith('data:')) faults.push(`asked ${url}`)
  })
  return faults
}

test('the printed address opens the app, and the token leaves the address bar', async ({ page, demo }) => {
  const faults = watch(page, demo.origin)

  await page.goto(demo.url)

  await expect(page.getByRole('heading', { name: 'Live', exact: true })).toBeAttached()
  await expect(page.getByText('Sort departures, unknown stops').first()).toBeVisible()
  expect(page.url()).not.toContain(demo.token)
  expect(faults).toEqual([])
})

test('without the token neither pages nor the API answer', async ({ page, demo }) => {
  const reply = await page.goto(demo.origin)

  expect(reply?.status()).toBe(401)
  await expect(page.getByRole('heading')).toHaveText('This browser has no key yet')
  expect((await fetch(`${demo.origin}/api/sessions`)).status).toBe(401)
})

test('all sessions are listed by project, and one opens as a replay', async ({ page, demo }) => {
  const faults = watch(page, demo.origin)
  await open(page, demo, '/sessions')

  const row = page.getByRole('link', { name: /Bookings as an append-only event log/ })
  await expect(page.getByText('/home/ada/code/harbor').first()).toBeVisible()
  await expect(row).toContainText('Opus 4.5')
  await row.click()

  await expect(page.getByRole('heading', { name: 'Bookings as an append-only event log' })).toBeVisible()
  await expect(page.getByText('2 compactions')).toBeVisible()
  await expect(page.getByRole('slider', { name: 'Position in the session' })).toBeVisible()
  expect(faults).toEqual([])
})

test('the palette finds a session by a word of its title and opens it', async ({ page, demo }) => {
  await open(page, demo)
  await expect(page.getByRole('heading', { name: 'Live', exact: true })).toBeAttached()

  await page.keyboard.press('Control+k')
  await page.keyboard.type('csv column')
  await expect(page.getByRole('option', { name: /Sort departures/ })).toBeHidden()
  await expect(page.getByRole('option', { name: /Bars from a CSV column/ })).toBeVisible()
  await page.keyboard.press('Enter')

  await expect(page.getByRole('heading', { name: 'Bars from a CSV column' })).toBeVisible()
})

test('an address that no page has says so', async ({ page, demo }) => {
  await open(page, demo, '/no/such/page')

  await expect(page.getByRole('main')).toContainText('no/such/page')
})

test('Settings names the agent, its folder and how many sessions it has', async ({ page, demo }) => {
  await open(page, demo, '/settings')

  await expect(page.getByRole('heading', { name: 'Settings', exact: true })).toBeAttached()
  await expect(page.getByText('Claude Code').first()).toBeVisible()
  await expect(page.getByText(/\.claude/).first()).toBeVisible()
})

test('a machine without any agent gets an empty page that says what to do', async ({ page, scratch, start }) => {
  const homeDir = emptyHome(join(scratch, 'home'))
  const app = await start({ homeDir })
  await open(page, app)

  await expect(page.getByText('No sessions found yet')).toBeVisible()
})
