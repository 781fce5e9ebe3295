import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { formatsTable } from '../server/redaction/formats-table.ts'
import { FORMATS } from '../server/redaction/formats/all.ts'
import type { Finding, Scan } from '../server/redaction/finding.ts'
import { KnownValues } from '../server/redaction/known-values.ts'
import { RULES_VERSION } from '../server/redaction/rules-version.ts'
import { seeded } from '../server/redaction/sample.ts'
import { Scanner } from '../server/redaction/scanner.ts'
import { lint } from './support/secretlint.ts'

/*
 * Recall, precision and speed of the secrets engine on a corpus that is made anew:
 *   npm run bench -- secrets [--mb N] [--seed S] [--hold-out SHARE] [--misses] [--tool FOLDER]
 * and what it says about texts without seeded secrets (counted, and with --list shown masked):
 *   npm run bench -- secrets --texts FOLDER [--list]
 * `--table` prints the table of formats for the documentation.
 */

const { values } = parseArgs({
  options: {
    mb: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    tool: { type: 'string', default: join(import.meta.dirname, '../../shared/tools/secrets') },
    'hold-out': { type: 'string', default: '0.33' },
    misses: { type: 'boolean', default: false },
    texts: { type: 'string' },
    list: { type: 'boolean', default: false },
    table: { type: 'boolean', default: false },
  },
})

interface Truth {
  i: number
  kind: string
  cls: string
  how: string
  enc: string
  val: string
}
interface Seen {
  file: string
  secret: string
  rule: string
  tier: string
}
interface Score {
  full: Set<number>
  precision: number
  fp: number
  fpCats: Record<string, number>
  fpRules: Record<string, number>
}
type ScoreFunction = (name: string, seen: Seen[], options: { quiet: boolean }) => Score

if (values.table) console.log(formatsTable(FORMATS))
else if (values.texts !== undefined) scanTexts(values.texts)
else if (existsSync(join(values.tool, 'gen.mjs'))) await scanCorpus()
else console.log(`Skipped: there is no gen.mjs in ${values.tool}. Name the folder of the corpus tool with --tool.`)

async function scanCorpus(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'lossless-secrets-'))
  try {
    execFileSync(process.execPath, [join(values.tool, 'gen.mjs'), values.mb, values.seed, folder], { stdio: 'pipe' })
    process.env['CORPUS'] = folder
    const { score } = (await import(join(values.tool, 'score.mjs'))) as { score: ScoreFunction }
    const truth = JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) as Truth[]
    const files = readdirSync(join(folder, 'data')).map((name) => ({ name, path: join(folder, 'data', name) }))
    console.log(`${values.mb} MB, seed ${values.seed}, ${truth.length} secrets, rules ${RULES_VERSION}`)
    speed(files)
    const first = scanFiles(new Scanner(), files)
    report('as found', score('found', first, { quiet: true }), truth)
    const known = propagate(new Scanner(), files, first)
    const all = score('known', known, { quiet: true })
    report('and known values found again', all, truth)
    const sure = first.filter(({ tier }) => tier !== 'candidate')
    report('as found, without candidates', score('sure', sure, { quiet: true }), truth)
    await beside(files, truth, score)
    holdOut(files, truth, score)
    if (values.misses) listMisses(truth, all)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The same corpus through secretlint's recommended preset, in the same run. */
async function beside(
  files: readonly { name: string; path: string }[],
  truth: Truth[],
  score: ScoreFunction,
): Promise<void> {
  for (const view of ['raw', 'decoded'] as const) {
    const { reported, bytes, milliseconds } = await lint(files, view)
    const seen = reported.map((one) => ({ ...one, tier: 'definite' }))
    report(`secretlint, ${view}`, score(`secretlint ${view}`, seen, { quiet: true }), truth)
    console.log(`  ${(bytes / 1000 / milliseconds).toFixed(1)} MB/s`)
  }
}

/** The engine without a share of the formats, judged by secrets of these formats only: what it makes of unknown vendors. */
function holdOut(files: readonly { name: string; path: string }[], truth: Truth[], score: ScoreFunction): void {
  const random = seeded(Number(values.seed))
  const left = new Set(FORMATS.filter(() => random() < Number(values['hold-out'])).map(({ id }) => id))
  const scanner = new Scanner({ formats: FORMATS.filter(({ id }) => !left.has(id)) })
  const { full } = score('hold-out', scanFiles(scanner, files), { quiet: true })
  const ofLeft = truth.filter(({ kind, enc }) => left.has(kind) && enc !== 'repeat')
  console.log(`\n${left.size} formats left out of the engine, their secrets only`)
  table('class', ofLeft, full, ({ cls }) => cls)
  table(
    'context',
    ofLeft.filter(({ cls }) => cls === 'T'),
    full,
    ({ how }) => how,
  )
}

function* records(path: string): Generator<unknown> {
  for (const line of readFileSync(path, 'utf8').split('\n')) if (line !== '') yield JSON.parse(line)
}

/** Joins the deltas of one block as an adapter does, and scans everything else as it comes. */
function scanFiles(scanner: Scanner, files: readonly { name: string; path: string }[], known?: KnownValues): Seen[] {
  const seen: Seen[] = []
  for (const { name, path } of files) {
    const keep = ({ findings, unchecked }: Scan) => {
      if (unchecked.length > 0) console.log(`${name}: ${unchecked.length} strings unchecked`)
      for (const { value, kind, tier } of findings) seen.push({ file: name, secret: value, rule: kind, tier })
    }
    let deltas: string[] = []
    const context = known === undefined ? {} : { known, onlyKnown: true }
    for (const record of records(path)) {
      const delta = deltaOf(record)
      if (delta === null && deltas.length > 0) keep(scanner.scanPieces(deltas.splice(0), context))
      if (delta === null) keep(scanner.scanValue(record, context))
      else deltas = [...deltas, delta]
    }
    if (deltas.length > 0) keep(scanner.scanPieces(deltas, context))
  }
  return seen
}

function deltaOf(record: unknown): string | null {
  const { event } = record as { event?: { delta?: { text?: unknown } } }
  return typeof event?.delta?.text === 'string' ? event.delta.text : null
}

function propagate(scanner: Scanner, files: readonly { name: string; path: string }[], first: Seen[]): Seen[] {
  const known = new KnownValues()
  for (const { secret, tier, rule } of first) {
    if (tier !== 'candidate') known.add(secret, { kind: rule, provider: null, tier: 'likely' })
  }
  return [...first, ...scanFiles(scanner, files, known)]
}

/** Best of three: other work on the machine only ever adds time. */
function speed(files: readonly { name: string; path: string }[]): void {
  const scanner = new Scanner()
  const rounds = Array.from({ length: 4 }, () => {
    let bytes = 0
    let parsing = 0
    let scanning = 0
    for (const { path } of files) {
      const begun = process.threadCpuUsage()
      const text = readFileSync(path, 'utf8')
      const parsed = text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as unknown]))
      parsing += since(begun)
      bytes += Buffer.byteLength(text)
      const middle = process.threadCpuUsage()
      for (const record of parsed) scanner.scanValue(record)
      scanning += since(middle)
    }
    return { bytes, parsing, scanning }
  })
  const parsing = Math.min(...rounds.map((round) => round.parsing))
  const scanning = Math.min(...rounds.map((round) => round.scanning))
  const megabytes = (rounds[0]?.bytes ?? 0) / 1e6
  const rate = (milliseconds: number) => ((megabytes / milliseconds) * 1000).toFixed(1)
  console.log(`CPU time, best of 4: reading and JSON.parse ${rate(parsing)} MB/s, scan ${rate(scanning)} MB/s`)
  console.log(`both ${rate(parsing + scanning)} MB/s; scan adds ${(scanning / megabytes).toFixed(1)} ms per MB`)
}

function since(begun: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(begun)
  return (user + system) / 1000
}

function report(title: string, { full, precision, fp, fpCats, fpRules }: Score, truth: Truth[]): void {
  console.log(`\n${title}: recall ${percent(truth, full)} %, precision ${precision} % (${fp} false)`)
  if (fp > 0) console.log('false:', JSON.stringify(fpCats), JSON.stringify(fpRules))
  table('class', truth, full, ({ cls }) => cls)
  table('encoding', truth, full, ({ enc }) => enc)
  table('context', truth, full, ({ how }) => how)
}

function table(title: string, truth: Truth[], full: Set<number>, keyOf: (one: Truth) => string): void {
  const groups = Map.groupBy(truth, keyOf)
  const cells = [...groups].sort().map(([key, group]) => `${key} ${percent(group, full)} (${group.length})`)
  console.log(`  ${title}: ${cells.join(' · ')}`)
}

function percent(truth: Truth[], full: Set<number>): string {
  return ((truth.filter(({ i }) => full.has(i)).length / truth.length) * 100).toFixed(1)
}

function listMisses(truth: Truth[], { full }: Score): void {
  const missed = truth.filter(({ i }) => !full.has(i))
  for (const { kind, how, enc, val } of missed.slice(0, 80)) console.log('missed', kind, how, enc, val.slice(0, 70))
}

/** Sessions (JSON lines) or ordinary files without secrets: everything that is found there is suspect. */
function scanTexts(folder: string): void {
  const scanner = new Scanner()
  const tiers: Record<string, number> = {}
  const findings = new Map<string, { file: string; finding: Finding }>()
  let bytes = 0
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (
      !entry.isFile() ||
      !/\.(?:jsonl?|[cm]?[jt]sx?|py|md|txt|html|css|svelte|ya?ml|toml|sh|rs|go|c|h)$/.test(entry.name)
    )
      continue
    const path = join(entry.parentPath, entry.name)
    const text = readFileSync(path, 'utf8')
    bytes += Buffer.byteLength(text)
    for (const scan of entry.name.endsWith('.jsonl') ? lines(scanner, text) : [scanner.scanText(text)]) {
      if (scan.unchecked.length > 0) console.log(`unchecked: ${path}`)
      for (const finding of scan.findings) findings.set(`${finding.kind} ${finding.value}`, { file: path, finding })
    }
  }
  for (const { file, finding } of findings.values()) {
    tiers[finding.tier] = (tiers[finding.tier] ?? 0) + 1
    if (values.list) console.log(finding.tier, finding.kind, finding.path.join('.'), file, mask(finding.value))
  }
  console.log(`${(bytes / 1e6).toFixed(1)} MB, different values by tier: ${JSON.stringify(tiers)}`)
}

function lines(scanner: Scanner, text: string): Scan[] {
  return text.split('\n').flatMap((line) => scanner.scanJson(line) ?? [])
}

function mask(value: string): string {
  return value.length < 12 ? '••••' : `${value.slice(0, 6)}••••(${value.length})`
}
