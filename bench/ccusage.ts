import { execFileSync } from 'node:child_process'
import { createReadStream, existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Host, Source, Usage } from '../server/adapters/adapter.ts'
import { configDirs } from '../server/adapters/claude-code/locate.ts'
import { claudeCode } from '../server/adapters/claude-code/index.ts'
import { PRICE_DATE } from '../server/adapters/claude-code/prices.ts'
import { LineSplitter, type Line } from '../server/adapters/shared/line-splitter.ts'
import { isShape, listOf, numberOf, textOf } from '../server/adapters/shared/shape.ts'
import { UsageLedger, totalOf } from '../server/adapters/shared/usage-ledger.ts'

/*
 * Totals tokens and cost of a home's Claude Code sessions by our adapter and compares them with the real ccusage:
 *   npm run bench -- ccusage [--home FOLDER] [--ccusage PROGRAM]
 * PROGRAM (or CCUSAGE) is an installed ccusage; without one, only our own totals are shown.
 */

interface Total {
  tokens: number
  cost: number
}

/** Largest difference that passes, in percent. */
const TOLERANCE = 0.5

const { values } = parseArgs({
  options: {
    home: { type: 'string', default: join(import.meta.dirname, '../../shared/data/replay-truth/home') },
    ccusage: { type: 'string' },
  },
})
const home = resolve(values.home)
if (!existsSync(home)) {
  console.log(`Skipped: there is no folder ${home}. Name a home with --home.`)
  process.exit(0)
}

const ours = await ourTotals(home)
const program = values.ccusage ?? process.env['CCUSAGE']
if (program === undefined) {
  printTable(ours, null)
  console.log('Not compared: name an installed ccusage with --ccusage or CCUSAGE.')
} else {
  const theirs = await ccusageTotals(program, home)
  const worst = printTable(ours, theirs)
  console.log(`Largest difference ${worst.toFixed(3)} % (passes up to ${TOLERANCE} %). Price table of ${PRICE_DATE}.`)
  if (worst > TOLERANCE) process.exitCode = 1
}

async function ourTotals(homeDir: string): Promise<Map<string, Total>> {
  const host: Host = { homeDir, env: {}, platform: process.platform }
  const ledger = new UsageLedger()
  for (const { path } of claudeCode.roots(host)) {
    for (const file of await filesBelow(path)) {
      const source = claudeCode.classify(file, host)
      if (source === null || source.role === 'companion') continue
      for await (const usage of usagesIn(source)) ledger.add(usage)
    }
  }
  const totals = new Map<string, Total>()
  for (const usage of ledger.answers()) add(totals, usage.model, totalOf(usage.tokens), claudeCode.costOf(usage) ?? 0)
  return totals
}

async function filesBelow(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

async function* usagesIn(source: Source): AsyncIterable<Usage> {
  const splitter = new LineSplitter()
  let offset = 0
  for await (const block of createReadStream(source.path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    for (const line of splitter.push(block, offset)) yield* usagesOf(line, source)
    offset += block.length
  }
  const last = splitter.flush()
  if (last !== null) yield* usagesOf(last, source)
}

function usagesOf(line: Line, source: Source): Usage[] {
  const reading = claudeCode.readLine(line.bytes, { source, offset: line.offset })
  if (reading.kind !== 'events') return []
  return reading.events.map((event) => event.usage).filter((usage) => usage !== null)
}

/** ccusage runs with a home of its own, so that it sees this home's Claude Code folders and nothing else. */
async function ccusageTotals(command: string, homeDir: string): Promise<Map<string, Total>> {
  const scratch = await mkdtemp(join(tmpdir(), 'ccusage-'))
  try {
    const folders = configDirs({ homeDir, env: {}, platform: process.platform }).filter((dir) => existsSync(dir))
    const output = execFileSync(command, ['claude', 'daily', '--offline', '--json'], {
      env: { PATH: process.env['PATH'], HOME: scratch, CLAUDE_CONFIG_DIR: folders.join(',') },
      maxBuffer: 1 << 28,
      encoding: 'utf8',
    })
    return totalsIn(JSON.parse(output) as unknown)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

function totalsIn(report: unknown): Map<string, Total> {
  const totals = new Map<string, Total>()
  for (const day of listOf(isShape(report) ? report['daily'] : null)) {
    for (const part of listOf(isShape(day) ? day['modelBreakdowns'] : null)) {
      if (!isShape(part)) continue
      const counts = ['inputTokens', 'outputTokens', 'cacheCreationTokens', 'cacheReadTokens'].map(
        (name) => numberOf(part[name]) ?? 0,
      )
      const tokens = counts.reduce((sum, count) => sum + count, 0)
      add(totals, textOf(part['modelName'])?.replace(/-fast$/, '') ?? 'unknown', tokens, numberOf(part['cost']) ?? 0)
    }
  }
  return totals
}

function add(totals: Map<string, Total>, model: string, tokens: number, cost: number): void {
  const total = totals.get(model) ?? { tokens: 0, cost: 0 }
  totals.set(model, { tokens: total.tokens + tokens, cost: total.cost + cost })
}

/** Prints both sides and returns the largest difference in percent. Models that ccusage has no price for are compared by tokens. */
function printTable(left: Map<string, Total>, right: Map<string, Total> | null): number {
  const rows: Record<string, Record<string, number | string>> = {}
  const sum = { our: { tokens: 0, cost: 0 }, their: { tokens: 0, cost: 0 } }
  let worst = 0
  for (const model of [...new Set([...left.keys(), ...(right?.keys() ?? [])])].sort()) {
    const our = left.get(model) ?? { tokens: 0, cost: 0 }
    const their = right?.get(model) ?? { tokens: 0, cost: 0 }
    rows[model] = rowOf(our, right === null ? null : their)
    if (right === null) continue
    const isPriced = their.cost > 0 || our.cost === 0
    worst = Math.max(worst, percent(our.tokens, their.tokens), isPriced ? percent(our.cost, their.cost) : 0)
    if (!isPriced) continue
    sum.our = { tokens: sum.our.tokens + our.tokens, cost: sum.our.cost + our.cost }
    sum.their = { tokens: sum.their.tokens + their.tokens, cost: sum.their.cost + their.cost }
  }
  if (right !== null) rows['all that both price'] = rowOf(sum.our, sum.their)
  console.table(rows)
  return worst
}

function rowOf(our: Total, their: Total | null): Record<string, number | string> {
  const row = { tokens: our.tokens, 'cost $': our.cost.toFixed(4) }
  if (their === null) return row
  return {
    ...row,
    'ccusage tokens': their.tokens,
    'ccusage $': their.cost.toFixed(4),
    'tokens %': percent(our.tokens, their.tokens),
    'cost %': their.cost === 0 && our.cost > 0 ? 'no price there' : percent(our.cost, their.cost),
  }
}

function percent(ours: number, theirs: number): number {
  if (ours === theirs) return 0
  return Number(((Math.abs(ours - theirs) / Math.max(Math.abs(theirs), 1e-9)) * 100).toFixed(4))
}
