import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Source } from '../server/adapters/adapter.ts'
import { claudeCode } from '../server/adapters/claude-code/index.ts'
import { LineSplitter, type Line } from '../server/adapters/shared/line-splitter.ts'

/*
 * Measures how fast the adapter reads a home's sessions, beside decoding and JSON.parse alone; the ratio holds on a busy machine:
 *   npm run bench -- adapter [--home FOLDER] [--rounds N]
 */

const BLOCK = 1 << 18

const { values } = parseArgs({
  options: {
    home: { type: 'string', default: join(import.meta.dirname, '../../shared/data/replay-truth/home') },
    rounds: { type: 'string', default: '7' },
  },
})
const homeDir = resolve(values.home)
if (!existsSync(homeDir)) {
  console.log(`Skipped: there is no folder ${homeDir}. Name a home with --home.`)
  process.exit(0)
}

const host = { homeDir, env: {}, platform: process.platform }
const files = readdirSync(homeDir, { recursive: true, encoding: 'utf8' }).flatMap((name) => {
  const source = claudeCode.classify(join(homeDir, name), host)
  return source === null || source.role === 'companion' ? [] : [{ source, bytes: readFileSync(source.path) }]
})
const megabytes = files.reduce((sum, file) => sum + file.bytes.length, 0) / 1e6

const speeds: Record<'parse' | 'adapter', number[]> = { parse: [], adapter: [] }
for (let round = 0; round < Number(values.rounds); round += 1) {
  speeds.parse.push(speedOf((line) => JSON.parse(Buffer.from(line.bytes).toString('utf8')) as unknown))
  speeds.adapter.push(speedOf((line, source) => claudeCode.readLine(line.bytes, { source, offset: line.offset })))
}
const parse = median(speeds.parse)
const adapter = median(speeds.adapter)
console.log(
  `${files.length} files, ${megabytes.toFixed(1)} MB; medians of ${values.rounds} rounds, MB per second of CPU time:`,
)
console.log(`  split, decode, JSON.parse  ${parse.toFixed(0)}`)
console.log(`  adapter                    ${adapter.toFixed(0)}  (${((adapter / parse) * 100).toFixed(0)} %)`)

function speedOf(read: (line: Line, source: Source) => unknown): number {
  const before = process.cpuUsage()
  for (const { source, bytes } of files) {
    const splitter = new LineSplitter()
    for (let offset = 0; offset < bytes.length; offset += BLOCK) {
      for (const line of splitter.push(bytes.subarray(offset, offset + BLOCK), offset)) read(line, source)
    }
    const last = splitter.flush()
    if (last !== null) read(last, source)
  }
  return megabytes / (process.cpuUsage(before).user / 1e6)
}

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
}
