import { existsSync, readFileSync } from 'node:fs'

/**
 * Counts tests in Vitest's JSON report. A file that could not be loaded has no tests and counts as one failure, and so
 * does a run that ended badly although no test did (an unhandled error).
 */
export function readVitestReport(file, exitCode) {
  const report = readJson(file)
  if (report === null) return nothingToRead
  const broken = report.testResults.filter(
    (result) => result.status === 'failed' && !result.assertionResults.some((test) => test.status === 'failed'),
  ).length
  const failed = report.numFailedTests + broken
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

/** Counts tests in Playwright's JSON report; a test that passed only when repeated counts as failed. */
export function readPlaywrightReport(file, exitCode) {
  const report = readJson(file)
  if (report === null) return nothingToRead
  const { expected, unexpected, flaky, skipped } = report.stats
  const failed = unexpected + flaky + (report.errors ?? []).length
  return { passed: expected, failed: failed === 0 && exitCode !== 0 ? 1 : failed, skipped }
}

const nothingToRead = { passed: 0, failed: 1, skipped: 0 }

function readJson(file) {
  if (!existsSync(file)) return null
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}
