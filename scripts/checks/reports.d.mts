/** How many tests of a check passed, failed and were left out. */
export interface Count {
  passed: number
  failed: number
  skipped: number
}

export function readVitestReport(file: string, exitCode: number): Count
export function readPlaywrightReport(file: string, exitCode: number): Count
