import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureChromium } from '../setup/chromium.mjs'
import { ensureDependencies } from '../setup/dependencies.mjs'
import { ensureNode } from '../setup/node.mjs'
import { Stop, root } from '../setup/project.mjs'
import { runToEnd, wasStopped } from '../setup/run.mjs'
import { ensureWeb } from '../setup/web.mjs'
import { readPlaywrightReport, readVitestReport } from './reports.mjs'

/** All checks, one after the other, each to its end, so that one run shows everything. The last line is the sum. */
export async function runTests(only) {
  const node = await ensureNode()
  await ensureDependencies(node)
  const scratch = mkdtempSync(join(tmpdir(), 'lossless-test-'))
  try {
    return await runChecks(node, scratch, only)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

async function runChecks(node, scratch, only) {
  const checks = listChecks(node, scratch)
  const unknown = only.filter((name) => !checks.some((check) => check.name === name))
  if (unknown.length > 0) {
    throw new Stop(`There is no check "${unknown[0]}". There are: ${checks.map((check) => check.name).join(', ')}.`)
  }
  const results = []
  for (const check of checks) {
    if (only.length > 0 && !only.includes(check.name)) continue
    console.log(`\n== ${check.name}`)
    const started = Date.now()
    const result = await runCheck(check)
    if (wasStopped()) throw new Stop('The tests were stopped before their end.')
    const seconds = ((Date.now() - started) / 1000).toFixed(1)
    results.push(result)
    console.log(`\n== ${check.name}: ${result.failed === 0 ? 'passed' : 'FAILED'} in ${seconds} s`)
  }
  return sumUp(results)
}

async function runCheck(check) {
  try {
    return await check.run()
  } catch (error) {
    console.error(error instanceof Stop ? error.message : error)
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

/** The number of skipped tests stands on a line of its own: the last line has always the same form. */
function sumUp(results) {
  const total = (key) => results.reduce((sum, result) => sum + result[key], 0)
  const failed = total('failed')
  console.log(`\n${total('skipped')} skipped`)
  console.log(`${total('passed')} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
}

function listChecks(node, scratch) {
  const bin = (path) => join(root, 'node_modules', path)
  const run = (path, args, env = {}) => runToEnd(node.path, [bin(path), ...args], { env: { ...node.env, ...env } })
  const single = async (...codes) => (codes.every((code) => code === 0) ? onePassed : oneFailed)
  return [
    {
      name: 'format',
      run: async () => single(await run('prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.'])),
    },
    { name: 'lint', run: async () => single(await run('eslint/bin/eslint.js', ['.'])) },
    {
      name: 'types',
      run: async () =>
        single(
          await run('typescript/bin/tsc', ['--noEmit', '-p', 'tsconfig.json']),
          await run('svelte-check/bin/svelte-check', [
            '--tsconfig',
            'web/tsconfig.json',
            '--fail-on-warnings',
            '--output',
            'human',
          ]),
        ),
    },
    {
      name: 'unit',
      run: async () => {
        const report = join(scratch, 'vitest.json')
        const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
        const code = await run('vitest/vitest.mjs', ['run', ...reporters])
        return readVitestReport(report, code)
      },
    },
    {
      name: 'e2e',
      run: async () => {
        await ensureWeb(node)
        const report = join(scratch, 'playwright.json')
        const code = await run(
          '@playwright/test/cli.js',
          [
            'test',
            '--config',
            'e2e/playwright.config.ts',
            '--reporter=list,json',
            '--output',
            join(scratch, 'playwright'),
          ],
          {
            CHROMIUM: await ensureChromium(node),
            PLAYWRIGHT_JSON_OUTPUT_FILE: report,
          },
        )
        return readPlaywrightReport(report, code)
      },
    },
  ]
}

const onePassed = { passed: 1, failed: 0, skipped: 0 }
const oneFailed = { passed: 0, failed: 1, skipped: 0 }
