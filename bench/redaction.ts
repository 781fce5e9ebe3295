import { parseArgs } from 'node:util'
import { LineSplitter } from '../server/adapters/shared/line-splitter.ts'
import { redactParts } from '../server/ingest/redact-generation.ts'
import { FORMATS } from '../server/redaction/formats/all.ts'
import type { Finding } from '../server/redaction/finding.ts'
import { KnownValues } from '../server/redaction/known-values.ts'
import { LineRedactor } from '../server/redaction/line-redactor.ts'
import { sampleOf, seeded } from '../server/redaction/sample.ts'
import { Scanner } from '../server/redaction/scanner.ts'
import { shapeText } from '../server/redaction/shape.ts'
import { DISGUISES, readings } from './support/disguises.ts'
import { judgeRedactedResume } from './support/redacted-resumes.ts'

/*
 * Secrets in ten disguises, taken out as a redaction does:
 *   npm run bench -- redaction [--secrets 300] [--seed S] [--list]
 *   npm run bench -- redaction --agent FOLDER [--clients claude,codex,gemini]
 * Counts values that can still be read in any way, those that are still found, and lines that do not parse, have another
 * shape or another byte outside of what was taken out. With FOLDER, which holds the programs that run real agents offline
 * (scenario, resume-check), each agent writes a session, it is redacted, and the agent has to resume it.
 */

const { values } = parseArgs({
  options: {
    secrets: { type: 'string', default: '300' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    list: { type: 'boolean', default: false },
    agent: { type: 'string' },
    clients: { type: 'string', default: 'claude,codex,gemini' },
  },
})

const CLIENTS = ['claude', 'codex', 'gemini'] as const

interface Seeded {
  kind: string
  value: string
  disguise: string
  lines: string[]
}

const random = seeded(Number(values.seed))
const secrets = drawSecrets(Number(values.secrets))
const places = secrets.flatMap(({ kind, value, name }) =>
  DISGUISES.map((disguise): Seeded => ({ kind, value, disguise: disguise.name, lines: disguise.lines(value, name) })),
)
for (let at = places.length - 1; at > 0; at -= 1) {
  const other = Math.floor(random() * (at + 1))
  ;[places[at], places[other]] = [places[other] as Seeded, places[at] as Seeded]
}

const scanner = new Scanner()
const known = new KnownValues()
const tags = new Map<string, string>()
const redactor = new LineRedactor({
  scanner,
  known,
  placeholderOf: ({ value, kind }) => `[REDACTED:${kind}:${tagOf(value)}]`,
  takesOut: note,
})

const bytes = Buffer.from(places.flatMap(({ lines }) => lines.map((line) => `${line}\n`)).join(''))
// As in the product: what ingest found is known when a redaction begins, and what goes, goes everywhere.
redact(bytes)
const begun = performance.now()
const out = redact(bytes)
const seconds = (performance.now() - begun) / 1000
report(out.toString('utf8').split('\n').slice(0, -1), seconds)
if (values.agent !== undefined) {
  for (const client of CLIENTS.filter((one) => values.clients.split(',').includes(one)))
    if (!(await judgeRedactedResume(values.agent, client, random))) process.exitCode = 1
}

function redact(given: Buffer): Buffer {
  const blocks = [{ bytes: given, offset: 0 }]
  const parts = redactParts(blocks, redactor, { grain: 'pieces', splitter: new LineSplitter() })
  return Buffer.concat([...parts].map(({ after }) => after))
}

function note({ value, kind, provider, tier }: Finding): boolean {
  known.add(value, { kind, provider, tier })
  return true
}

function tagOf(value: string): string {
  const tag =
    tags.get(value) ??
    tags.size
      .toString(32)
      .toUpperCase()
      .padStart(4, 'A')
      .replace(/[0189]/g, 'Q')
  tags.set(value, tag)
  return tag
}

function drawSecrets(count: number): { kind: string; value: string; name: string }[] {
  const drawn: { kind: string; value: string; name: string }[] = []
  while (drawn.length < count) {
    const format = FORMATS[Math.floor(random() * FORMATS.length)]
    const template = format?.templates[0]
    if (!format || template === undefined) continue
    const value = sampleOf(template, random)
    if (value.length >= 12) drawn.push({ kind: format.id, value, name: format.name || 'API_TOKEN' })
  }
  return drawn
}

function report(lines: readonly string[], time: number): void {
  const left: { place: Seeded; isFound: boolean }[] = []
  let at = 0
  let [unparsable, reshaped, lost] = [0, 0, 0]
  for (const place of places) {
    const now = lines.slice(at, at + place.lines.length)
    at += place.lines.length
    for (const [index, line] of now.entries()) {
      const before = place.lines[index] ?? ''
      const shape = shapeOf(line)
      if (shape === null) unparsable += 1
      else if (shape !== shapeOf(before)) reshaped += 1
      if (before.includes('"n":') && !line.includes('"n":12345678901234567890,"f":1.0,"f":2.50')) lost += 1
    }
    const texts = [...now.flatMap((line) => readings(line)), joined(now)]
    if (texts.some((text) => text.includes(place.value))) {
      left.push({ place, isFound: now.some((line) => isFoundAgain(line, place.value)) })
    }
  }
  const share = (100 * left.length) / places.length
  const whole = new Set(left.map(({ place }) => place.value)).size
  console.log(`${secrets.length} secrets in ${DISGUISES.length} disguises, seed ${values.seed}, ${at} lines`)
  console.log(
    `left: ${left.length} of ${places.length} places (${share.toFixed(2)} %), ${whole} of ${secrets.length} values`,
  )
  console.log(`of those found again by a scan: ${left.filter(({ isFound }) => isFound).length}`)
  console.log(`lines unparsable: ${unparsable}, of another shape: ${reshaped}, with other bytes around: ${lost}`)
  console.log(`${(bytes.length / 1e6 / time).toFixed(1)} MB/s`)
  for (const name of DISGUISES.map((disguise) => disguise.name)) {
    const count = left.filter(({ place }) => place.disguise === name).length
    if (count > 0) console.log(`  ${name}: ${count}`)
  }
  if (values.list) for (const { place } of left) console.log(`  ${place.disguise}: ${place.kind}`)
  if (share > 0.5 || unparsable + reshaped + lost > 0 || left.some(({ isFound }) => isFound)) process.exitCode = 1
}

function joined(lines: readonly string[]): string {
  return lines
    .map((line) => (JSON.parse(line) as { event?: { delta?: { text?: string } } }).event?.delta?.text ?? '')
    .join('')
}

function shapeOf(line: string): string | null {
  try {
    return shapeText(JSON.parse(line))
  } catch {
    return null
  }
}

function isFoundAgain(line: string, value: string): boolean {
  return (scanner.scanJson(line, { known }) ?? { findings: [] }).findings.some((finding) => finding.value === value)
}
