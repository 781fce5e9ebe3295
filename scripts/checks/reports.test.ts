import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readPlaywrightReport, readVitestReport } from './reports.mjs'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lossless-reports-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

function write(report: unknown): string {
  const file = join(folder, 'report.json')
  writeFileSync(file, typeof report === 'string' ? report : JSON.stringify(report))
  return file
}

const vitest = { numPassedTests: 5, numFailedTests: 0, numPendingTests: 2, numTodoTests: 1, testResults: [] }
const playwright = { stats: { expected: 4, unexpected: 0, flaky: 0, skipped: 1 }, errors: [] }

test('counts the tests of a good run', () => {
  expect(readVitestReport(write(vitest), 0)).toEqual({ passed: 5, failed: 0, skipped: 3 })
  expect(readPlaywrightReport(write(playwright), 0)).toEqual({ passed: 4, failed: 0, skipped: 1 })
})

test('a test file that could not be loaded is a failure', () => {
  const testResults = [
    { status: 'failed', assertionResults: [] },
    { status: 'failed', assertionResults: [{ status: 'failed' }] },
    { status: 'passed', assertionResults: [{ status: 'passed' }] },
  ]

  expect(readVitestReport(write({ ...vitest, numFailedTests: 1, testResults }), 1).failed).toBe(2)
})

test('a run that ended badly without a failed test is a failure', () => {
  expect(readVitestReport(write(vitest), 1).failed).toBe(1)
  expect(readPlaywrightReport(write(playwright), 1).failed).toBe(1)
})

test('a test that passed only when repeated is a failure, and so is an error outside tests', () => {
  const stats = { expected: 1, unexpected: 1, flaky: 1, skipped: 0 }

  expect(readPlaywrightReport(write({ stats, errors: [{}] }), 1)).toEqual({ passed: 1, failed: 3, skipped: 0 })
})

test('a missing or torn report is a failure', () => {
  expect(readVitestReport(join(folder, 'none.json'), 0)).toEqual({ passed: 0, failed: 1, skipped: 0 })
  expect(readPlaywrightReport(write('{"stats":'), 0)).toEqual({ passed: 0, failed: 1, skipped: 0 })
})
