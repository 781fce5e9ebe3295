import { existsSync } from 'node:fs'
import { defineConfig } from '@playwright/test'

/** `npm test` says which; otherwise the one that Debian's package installs, or Playwright's own. */
const executablePath = process.env['CHROMIUM'] ?? ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync)

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  outputDir: '../test-results',
  forbidOnly: process.env['CI'] !== undefined,
  retries: 0,
  // Server and browser fill two cores, and one test measures time.
  workers: 1,
  // Long, because a loaded machine is no failure.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: 'list',
  use: {
    browserName: 'chromium',
    launchOptions: executablePath === undefined ? {} : { executablePath },
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
  },
})
