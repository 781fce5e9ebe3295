import { ForkError, type ForkMaker, type ForkPlan, type ForkRequest, type Host } from '../adapter.ts'
import { inSlices } from '../shared/in-slices.ts'
import { lengthOf, piecesOf } from './fork-bytes.ts'
import { chainTo, lacksSummary, leafBefore, type Chain, type KeptRecord } from './fork-chain.ts'
import { readFile, type FileReading, type ForkRecord } from './fork-records.ts'
import { placeOf } from './fork-place.ts'

/** Lines after a compaction among which its summary is looked for. */
const SUMMARY_WITHIN = 200

/** Makes forks that `claude --resume` takes for its own sessions. See “Forks” in the README. */
export const claudeForks: ForkMaker = { idFrom, plan }

/** A uuid of version 4. */
function idFrom(seed: Uint8Array): string {
  const bytes = Buffer.from(seed.subarray(0, 16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

async function plan(request: ForkRequest, host: Host): Promise<ForkPlan> {
  const { chain, badLines, passedOver } = await inSlices(choose(request))
  const last = chain.records.at(-1)
  if (
    last === undefined ||
    !chain.records.some(({ record }) => record.kind === 'user' || record.kind === 'assistant')
  ) {
    throw new ForkError('Up to this event there is nothing that the agent could go on from. Choose a later one.')
  }
  const pieces = piecesOf(chain.records, request.nativeId)
  return {
    ...placeOf(request, host),
    mode: 0o600,
    pieces,
    lines: chain.records.length,
    bytes: lengthOf(pieces),
    endsAt: idOf(last),
    warnings: warningsOf(chain, { badLines, passedOver }),
  }
}

interface Choice {
  chain: Chain
  badLines: number
  /** True when the chosen event is none that a conversation can end with. */
  passedOver: boolean
}

function* choose(request: ForkRequest): Generator<void, Choice> {
  const { id, part } = splitId(request.cut.eventId)
  const main = yield* readToCut(request)
  const cutAt = main.records.findLastIndex((record) => record.line <= request.cut.offset)
  const named = main.records.findIndex((record) => record.id === id && record.line <= request.cut.offset)
  const position = named === -1 ? cutAt : named
  const leaf = leafBefore(main.records, position)
  if (leaf === undefined) return { chain: NOTHING, badLines: main.badLines, passedOver: true }

  const isExact = leaf.id === id
  let end = { leaf, upTo: position, part: isExact ? part : null }
  if (lacksSummary(leaf, main.records.slice(0, position + 1))) end = endOfCompaction(main.records, end)

  const upToCut = main.records.slice(0, end.upTo + 1)
  const chain = chainTo(end.leaf, upToCut, end.part)
  if (chain.bridged === 0 || request.files.length === 1) return { chain, badLines: main.badLines, passedOver: !isExact }
  const known = new Set(upToCut.map((record) => record.id))
  const others = (yield* readOthers(request)).filter((record) => !known.has(record.id))
  return { chain: chainTo(end.leaf, [...others, ...upToCut], end.part), badLines: main.badLines, passedOver: !isExact }
}

const NOTHING: Chain = { records: [], bridged: 0, openCalls: [], leftOutThinking: false }

/** A compaction without its summary would leave the agent with nothing: the summary joins it, else it is left out too. */
function endOfCompaction(records: readonly ForkRecord[], end: { leaf: ForkRecord; upTo: number; part: number | null }) {
  const summary = records.findIndex((record, index) => index > end.upTo && record.isSummary && !record.isSidechain)
  const found = records[summary]
  if (found !== undefined) return { leaf: found, upTo: summary, part: null }
  const boundary = records.findLastIndex((record, index) => index <= end.upTo && record.isBoundary)
  const named = records.find((record) => record.id === records[boundary]?.logicalParentId)
  const before = named ?? leafBefore(records, boundary - 1)
  return before === undefined ? end : { leaf: before, upTo: boundary - 1, part: null }
}

function* readToCut(request: ForkRequest): Generator<void, FileReading> {
  let linesAfter = 0
  const main = yield* readFile({ index: 0, kept: request.files[0] }, (reading, line) => {
    if (line < request.cut.offset) return false
    const last = reading.records.at(-1)
    const boundary = reading.records.findLast((record) => record.isBoundary)
    // Only right after a compaction can its summary be still to come.
    const isDue =
      boundary !== undefined && !reading.records.some((record) => record.isSummary && record.line > boundary.line)
    linesAfter += 1
    return !isDue || linesAfter > SUMMARY_WITHIN || (last?.kind === 'assistant' && last.line > request.cut.offset)
  })
  return main
}

/** States of the file that the cut is not in: there may stand what a later one lost. */
function* readOthers(request: ForkRequest): Generator<void, ForkRecord[]> {
  const records: ForkRecord[] = []
  for (const [index, kept] of request.files.entries()) {
    if (index > 0) records.push(...(yield* readFile({ index, kept }, () => false)).records)
  }
  return records
}

/** The first event of a record has its uuid, the others `<uuid>#<part>`. */
function splitId(eventId: string): { id: string; part: number } {
  const found = /^(.*)#(\d+)$/.exec(eventId)
  return found ? { id: found[1] ?? eventId, part: Number(found[2]) } : { id: eventId, part: 0 }
}

function idOf({ record, blocks }: KeptRecord): string {
  const part = blocks.at(-1)?.part ?? 0
  return part === 0 ? record.id : `${record.id}#${part}`
}

function warningsOf(chain: Chain, found: { badLines: number; passedOver: boolean }): string[] {
  const warnings: string[] = []
  if (found.passedOver)
    warnings.push('The chosen event is no part of the conversation; the fork ends with the one before it.')
  if (chain.openCalls.length > 0) {
    const names = [...new Set(chain.openCalls)].join(', ')
    warnings.push(
      chain.openCalls.length === 1
        ? `A call of ${names} has no result up to here, so it is left out.`
        : `${chain.openCalls.length} calls (${names}) have no result up to here, so they are left out.`,
    )
  }
  if (chain.leftOutThinking) warnings.push('Thinking at the end is left out: an answer cannot end with it.')
  if (chain.bridged > 0) {
    warnings.push(
      `Records name a predecessor that is nowhere (${chain.bridged}); the one before in the file was taken.`,
    )
  }
  if (found.badLines > 0) warnings.push(`Lines that cannot be read were left out (${found.badLines}).`)
  const spoken = chain.records.findLast(({ record }) => record.kind === 'user' || record.kind === 'assistant')
  if (spoken?.record.kind === 'user' && !spoken.record.isSummary) {
    const end = spoken.blocks.some((block) => block.result !== null) ? 'the result of a call' : 'a prompt'
    warnings.push(
      `The fork ends with ${end}, not with an answer: Claude Code adds “No response requested.” before what you type next.`,
    )
  }
  return warnings
}
