import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { Coverage, type CompactionLoss, type LostItem, LostKind } from '../server/contract/compaction.ts'
import { discard, processFigures, quantile, startApp, untilIdle, type RunningApp } from './support/app.ts'

/*
 * Holds kept, partly and lost against marks given by hand on real compactions, and times how a list opens:
 *   npm run bench -- compaction [--data FOLDER] [--misses]
 */

const Marks = z.object({
  compactions: z.array(
    z.object({
      session: z.string(),
      compaction: z.string(),
      tuning: z.array(z.string()),
      'held-out': z.array(z.string()),
    }),
  ),
})
const Mark = z.tuple([Coverage, LostKind, z.string(), z.string()])

/** An item beside the mark that it was given. */
interface Pair {
  set: 'tuning' | 'held-out'
  mark: z.infer<typeof Coverage>
  item: LostItem
}

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: join(import.meta.dirname, '../../shared/data/replay-truth') },
    misses: { type: 'boolean', default: false },
  },
})
if (!existsSync(join(values.data, 'home'))) {
  console.log(`Skipped: there is no folder ${values.data}/home. Name the folder that holds it with --data.`)
  process.exit(0)
}

const { compactions } = Marks.parse(
  JSON.parse(readFileSync(join(import.meta.dirname, 'compaction-marks.json'), 'utf8')),
)
const first = await startApp(join(values.data, 'home'))
await untilIdle(first)
await first.stop()
// A server that has read everything is started anew: every list below is the first that its session is asked for.
const app = await startApp(join(values.data, 'home'), first.dataDir)
try {
  await untilIdle(app)
  const losses = await openLists(app)
  report(pairsOf(losses))
} finally {
  await app.stop()
  discard(app.dataDir)
}

async function openLists(server: RunningApp): Promise<Map<string, CompactionLoss>> {
  const { items } = await server.get<{ items: { id: string; compactions: number }[] }>('/api/sessions?limit=1000')
  const found = new Map<string, CompactionLoss>()
  const cold: number[] = []
  const warm: number[] = []
  const cpu: number[] = []
  const others: number[] = []
  for (const { id } of items.filter((session) => session.compactions > 0)) {
    const before = processFigures(server.pid)?.cpuSeconds ?? 0
    const begun = performance.now()
    const asking = server.get<{ items: CompactionLoss[] }>(`/api/sessions/${encodeURIComponent(id)}/compactions`)
    others.push(await slowestCallUntil(server, asking))
    const reply = await asking
    cold.push(reply === null ? 0 : performance.now() - begun)
    cpu.push(((processFigures(server.pid)?.cpuSeconds ?? 0) - before) * 1000)
    const again = performance.now()
    await server.get(`/api/sessions/${encodeURIComponent(id)}/compactions`)
    warm.push(performance.now() - again)
    for (const loss of reply.items) found.set(loss.id, loss)
  }
  const line = (name: string, times: number[]) =>
    console.log(
      `  ${name.padEnd(44)} median ${quantile(times, 0.5).toFixed(0)} ms, slowest ${quantile(times, 1).toFixed(0)} ms`,
    )
  console.log(`${cold.length} sessions with ${found.size} compactions, each list asked for the first time:`)
  line('until the answer', cold)
  line('processor time of the server', cpu)
  line('slowest other call meanwhile', others)
  line('asked again', warm)
  return found
}

/** The longest that a small call took while another was being answered. */
async function slowestCallUntil(server: RunningApp, done: Promise<unknown>): Promise<number> {
  let isDone = false
  const end = done.then(() => (isDone = true))
  let slowest = 0
  while (!isDone) {
    const begun = performance.now()
    await server.get('/api/health')
    slowest = Math.max(slowest, performance.now() - begun)
    await sleep(10)
  }
  await end
  return slowest
}

function pairsOf(losses: ReadonlyMap<string, CompactionLoss>): Pair[] {
  const pairs: Pair[] = []
  let unmatched = 0
  for (const marked of compactions) {
    const items = new Map(losses.get(marked.compaction)?.items.map((item) => [keyOf(item), item]))
    for (const set of ['tuning', 'held-out'] as const) {
      for (const line of marked[set]) {
        const [mark, kind, event, hash] = Mark.parse(line.split(' '))
        const item = items.get(`${kind} ${event} ${hash}`)
        if (item) pairs.push({ set, mark, item })
        else unmatched += 1
      }
    }
  }
  console.log(`${pairs.length} marked items; ${unmatched} marks belong to items that are not told any more`)
  return pairs
}

function keyOf(item: LostItem): string {
  const event = item.id.split(':').slice(1, -1).join(':')
  return `${item.kind} ${event} ${createHash('sha256').update(item.text.slice(0, 60)).digest('hex').slice(0, 12)}`
}

function report(pairs: Pair[]): void {
  for (const set of ['tuning', 'held-out'] as const) {
    console.log(`${set}:`)
    const own = pairs.filter((pair) => pair.set === set)
    row('all', own)
    for (const kind of LostKind.options)
      row(
        kind,
        own.filter((pair) => pair.item.kind === kind),
      )
  }
  if (!values.misses) return
  for (const { mark, item } of pairs.filter((pair) => pair.mark !== pair.item.coverage)) {
    console.log(`  marked ${mark}, told ${item.coverage}: ${item.kind} at ${item.seq}: ${item.text.slice(0, 120)}`)
  }
}

function row(name: string, pairs: Pair[]): void {
  if (pairs.length === 0) return
  const right = pairs.filter((pair) => pair.mark === pair.item.coverage)
  const kept = pairs.filter((pair) => (pair.mark === 'kept') === (pair.item.coverage === 'kept'))
  const opposite = pairs.filter(
    ({ mark, item }) => mark !== 'partly' && item.coverage !== 'partly' && mark !== item.coverage,
  )
  const marks = Coverage.options.map((mark) => {
    const told = pairs.filter((pair) => pair.item.coverage === mark)
    const meant = pairs.filter((pair) => pair.mark === mark)
    const both = right.filter((pair) => pair.mark === mark).length
    return `${mark} ${share(both, told.length)} precise, ${share(both, meant.length)} found`
  })
  console.log(
    `  ${name.padEnd(12)} ${String(pairs.length).padStart(3)}: same mark ${share(right.length, pairs.length)}, same on kept or not ${share(kept.length, pairs.length)}, opposite ${opposite.length}; ${marks.join('; ')}`,
  )
}

function share(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((part / whole) * 100).toFixed(1)} %`
}
