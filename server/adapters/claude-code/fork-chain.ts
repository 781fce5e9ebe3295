import type { ForkBlock, ForkRecord } from './fork-records.ts'

/** A record of the fork, with the blocks that it keeps; all of them in most. */
export interface KeptRecord {
  record: ForkRecord
  blocks: ForkBlock[]
}

/** What a fork holds, from its first record to its last, and what had to be done for it. */
export interface Chain {
  records: KeptRecord[]
  /** Records whose predecessor is nowhere, so that the one before in the file was taken. */
  bridged: number
  /** Names of the tools whose calls have no result up to the cut. */
  openCalls: string[]
  leftOutThinking: boolean
}

/** Records that the agent reads back into a conversation. */
const KEPT_KINDS: ReadonlySet<string> = new Set(['user', 'assistant', 'system', 'attachment', 'compact_boundary'])

/**
 * Chooses the records of a fork that ends with `leaf`: its predecessors across compactions, the calls that were made at
 * the same time with their results, and what compactions left in the context. `records` are all up to the cut, those of
 * other states of the file first, each in the order of its file. `lastPart` cuts inside of the leaf.
 */
export function chainTo(leaf: ForkRecord, records: readonly ForkRecord[], lastPart: number | null): Chain {
  const all = indexed(records)
  const { path, bridged } = pathTo(all.byId.get(leaf.id) ?? leaf, all)
  const chosen = new Set(path)
  addCompanions(chosen, all)
  const ordered = inOrder(path, chosen, all).filter((record) => KEPT_KINDS.has(record.kind) && !record.isSidechain)
  const cut = ordered.map((record) => ({
    record,
    blocks:
      record.id === leaf.id && lastPart !== null
        ? record.blocks.filter((block) => block.part <= lastPart)
        : record.blocks,
  }))
  const { records: whole, openCalls } = withWholePairs(cut)
  const ended = withoutLastThinking(whole)
  return { records: ended, bridged, openCalls, leftOutThinking: ended.length < whole.length }
}

/** True when the conversation up to the leaf begins with a compaction whose summary is still to come. */
export function lacksSummary(leaf: ForkRecord, records: readonly ForkRecord[]): boolean {
  for (const record of pathTo(leaf, indexed(records)).path) {
    if (record.isSummary) return false
    if (record.isBoundary) return true
  }
  return false
}

/** The newest record that can stand in a fork, not after `position` in the list; what is no part of one is passed over. */
export function leafBefore(records: readonly ForkRecord[], position: number): ForkRecord | undefined {
  return records.findLast((record, index) => index <= position && isOnChain(record))
}

interface Indexed {
  records: readonly ForkRecord[]
  byId: ReadonlyMap<string, ForkRecord>
  positions: ReadonlyMap<ForkRecord, number>
}

/** An id that stands twice is the first one's: agents repeat records before a compaction. */
function indexed(records: readonly ForkRecord[]): Indexed {
  const byId = new Map<string, ForkRecord>()
  const positions = new Map<ForkRecord, number>()
  for (const record of records) {
    if (byId.has(record.id)) continue
    byId.set(record.id, record)
    positions.set(record, positions.size)
  }
  return { records: [...positions.keys()], byId, positions }
}

/** From the leaf back to the root. */
function pathTo(leaf: ForkRecord, all: Indexed): { path: ForkRecord[]; bridged: number } {
  const path: ForkRecord[] = []
  const seen = new Set<ForkRecord>()
  let bridged = 0
  for (let record: ForkRecord | undefined = leaf; record !== undefined;) {
    path.push(record)
    seen.add(record)
    const named: string | null = record.parentId ?? (record.isBoundary ? record.logicalParentId : null)
    const parent: ForkRecord | undefined = named === null ? undefined : all.byId.get(named)
    if (parent !== undefined && !seen.has(parent)) record = parent
    else if (named === null && !record.isBoundary) record = undefined
    else {
      if (!record.isBoundary) bridged += 1
      record = before(record, all, seen)
    }
  }
  return { path, bridged }
}

/** The record before in the file that is not on the path yet. */
function before(record: ForkRecord, all: Indexed, seen: ReadonlySet<ForkRecord>): ForkRecord | undefined {
  for (let position = (all.positions.get(record) ?? 0) - 1; position >= 0; position -= 1) {
    const other = all.records[position]
    if (other !== undefined && !seen.has(other) && isOnChain(other)) return other
  }
  return undefined
}

function isOnChain(record: ForkRecord): boolean {
  return KEPT_KINDS.has(record.kind) && !record.isSidechain
}

/**
 * Each result of calls that were made at once hangs on its own call, so that a path meets only one of them; and a
 * compaction names records that stayed in the context, some of them beside the path. Without these the agent would
 * believe in another history.
 */
function addCompanions(chosen: Set<ForkRecord>, all: Indexed): void {
  for (const record of [...chosen]) {
    for (const id of record.preserved) {
      const preserved = all.byId.get(id)
      if (preserved) chosen.add(preserved)
    }
  }
  const messages = new Set([...chosen].flatMap((record) => record.messageId ?? []))
  const uses = new Set(usesIn(chosen))
  for (const record of all.records) {
    if (record.messageId === null || !messages.has(record.messageId) || record.isSidechain || chosen.has(record))
      continue
    const own = usesIn([record])
    if (own.some((id) => uses.has(id))) continue
    for (const id of own) uses.add(id)
    chosen.add(record)
  }
  const answered = new Set([...chosen].flatMap((record) => record.blocks.flatMap((block) => block.result ?? [])))
  for (const record of all.records) {
    if (record.kind !== 'user' || record.isSidechain || chosen.has(record)) continue
    const results = record.blocks.flatMap((block) => block.result ?? [])
    if (!results.some((id) => uses.has(id) && !answered.has(id))) continue
    for (const id of results) answered.add(id)
    chosen.add(record)
  }
}

function usesIn(records: Iterable<ForkRecord>): string[] {
  return [...records].flatMap((record) => record.blocks.flatMap((block) => block.use ?? []))
}

/** The path from the root on, each companion before the first record of the path that stands after it in the file. */
function inOrder(path: ForkRecord[], chosen: ReadonlySet<ForkRecord>, all: Indexed): ForkRecord[] {
  const position = (record: ForkRecord): number => all.positions.get(record) ?? 0
  const onPath = new Set(path)
  const beside = [...chosen].filter((record) => !onPath.has(record)).sort((a, b) => position(a) - position(b))
  const ordered: ForkRecord[] = []
  let next = 0
  for (const record of path.toReversed()) {
    for (let other = beside[next]; other !== undefined && position(other) < position(record); other = beside[next]) {
      ordered.push(other)
      next += 1
    }
    ordered.push(record)
  }
  return [...ordered, ...beside.slice(next)]
}

/** A call without a result, a result without a call, and the second of two calls with one id would be refused by the model. */
function withWholePairs(records: KeptRecord[]): { records: KeptRecord[]; openCalls: string[] } {
  const open = new Map<string, ForkBlock>()
  const paired = new Set<ForkBlock>()
  for (const block of records.flatMap(({ blocks }) => blocks)) {
    if (block.use !== null) {
      if (!open.has(block.use)) open.set(block.use, block)
    } else if (block.result !== null) {
      const use = open.get(block.result)
      if (use === undefined || paired.has(use)) continue
      paired.add(use)
      paired.add(block)
    }
  }
  const isWhole = (block: ForkBlock): boolean => (block.use === null && block.result === null) || paired.has(block)
  const openCalls: string[] = []
  const dropped = new Set<string>()
  for (const block of open.values()) {
    if (paired.has(block) || block.use === null) continue
    openCalls.push(block.toolName ?? 'a tool')
    dropped.add(block.use)
  }
  const whole = records.flatMap(({ record, blocks }) => {
    if (record.callId !== null && dropped.has(record.callId)) return []
    const kept = blocks.filter(isWhole)
    return kept.length === 0 && record.blocks.length > 0 ? [] : [{ record, blocks: kept }]
  })
  return { records: whole, openCalls }
}

/** An answer may not end with thinking. */
function withoutLastThinking(records: KeptRecord[]): KeptRecord[] {
  let end = records.length
  while (end > 0 && isThinking(records[end - 1])) end -= 1
  return records.slice(0, end)
}

function isThinking(kept: KeptRecord | undefined): boolean {
  return kept?.record.kind === 'assistant' && kept.blocks.length > 0 && kept.blocks.every((block) => block.isThinking)
}
