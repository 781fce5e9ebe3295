import { createHash } from 'node:crypto'
import type { KeptSource } from '../../db/stores/kept-file-store.ts'
import type { PlannedFile } from '../contract/change.ts'
import type { RedactionFile } from '../contract/redactions.ts'
import type { FileWrite, Planned } from '../outside/outside.ts'
import { fileContent } from './file-content.ts'
import type { Looked, LookedFile, RedactionParts, RedactionRequest } from './parts.ts'

/** What a redaction does to which file. */
export interface Plan {
  files: (RedactionFile & { sourceId: number })[]
  writes: FileWrite[]
  planned: Planned[]
  token: string
  /** Files whose kept copies stay as they are. */
  refusedIds: number[]
}

type PlanParts = Pick<RedactionParts, 'outside' | 'sources' | 'placeOf' | 'now'>

/** A file that was written within this time may be written again, in milliseconds. */
const QUIET = 3000

/** What becomes of which file. */
export async function planOf(parts: PlanParts, { scopes }: RedactionRequest, looked: Looked): Promise<Plan> {
  const sources = new Map(parts.sources(looked.files.map(({ sourceId }) => sourceId)).map((one) => [one.id, one]))
  const isOwn = scopes.includes('own')
  const dirty = looked.files.filter(({ isPresent, states }) => isPresent && (states.at(-1)?.changedLines ?? 0) > 0)
  const refusalOf = ({ sourceId }: LookedFile): string | undefined => {
    const source = sources.get(sourceId)
    return source === undefined ? undefined : parts.placeOf(source)?.refused
  }
  const writable = dirty.filter((file) => refusalOf(file) === undefined)
  const writes = isOwn ? writable.flatMap((file) => writeOf(parts, file, sources.get(file.sourceId))) : []
  const planned = writes.length === 0 ? [] : await parts.outside.plan(writes)
  const files: Plan['files'] = []
  const refusedIds: number[] = []
  for (const [index, file] of (isOwn ? writable : []).entries()) {
    const plan = planned[index]
    if (!plan) continue
    if (plan.action === 'refused') refusedIds.push(file.sourceId)
    files.push({ ...ownFile(plan, file.states.at(-1)?.changedLines), sourceId: file.sourceId })
  }
  for (const file of isOwn ? dirty : []) {
    const reason = refusalOf(file)
    if (reason === undefined) continue
    const { path, sourceId, states } = file
    files.push({ ...ownFile({ path, action: 'refused', reason }, states.at(-1)?.changedLines), sourceId })
  }
  for (const file of scopes.includes('kept') ? looked.files : []) {
    const isApart = refusalOf(file) !== undefined
    const kept = keptFile(file, { isOwn, isRefused: refusedIds.includes(file.sourceId), isApart })
    if (kept === null) continue
    if (kept.action === 'refused') refusedIds.push(file.sourceId)
    files.push({ ...kept, sourceId: file.sourceId })
  }
  return { files, writes, planned, token: tokenOf(files, planned, looked), refusedIds }
}

function writeOf(parts: PlanParts, file: LookedFile, source: KeptSource | undefined): FileWrite[] {
  const state = file.states.at(-1)
  if (!state || !source) return []
  const place = parts.placeOf(source)
  const refused = state.problem ?? (place === null ? 'It lies in no folder of its agent on this machine.' : undefined)
  const isFresh = source.mtimeMs !== null && (parts.now ?? Date.now)() - source.mtimeMs < QUIET
  return [
    {
      path: place?.path ?? file.path,
      root: place?.root ?? file.path,
      content: fileContent(state.file, { length: state.lengthAfter, sha256: state.sha256After }),
      ...(source.mode === null ? {} : { mode: source.mode }),
      ...(source.mtimeMs === null ? {} : { mtimeMs: source.mtimeMs }),
      ...(refused === undefined ? {} : { refused }),
      ...(isFresh ? { heldBy: FRESH } : {}),
      reasonAgainst: (now) => (now === state.sha256 ? null : CHANGED),
      isPatchHidden: true,
    },
  ]
}

const FRESH =
  'It was written to a moment ago: an agent may be at work on it. End the session there, or wait some seconds, then try again.'
const CHANGED = 'It changed while it was looked through. Nothing of it was lost; try again.'
const STILL_THERE =
  'The file itself holds what would be taken out, so it would be kept again. Redact the agent’s own file too, or delete it first.'
const APART = 'The agent’s own database still holds it, and what is written there again will be kept again.'
const NOT_WRITTEN = 'Its own file stays as it is, so what is kept of it does too.'

function keptFile(
  { path, isPresent, states }: LookedFile,
  { isOwn, isRefused, isApart }: { isOwn: boolean; isRefused: boolean; isApart: boolean },
): RedactionFile | null {
  const changed = states.filter(({ changedLines }) => changedLines > 0)
  const problem = states.find((state) => state.problem !== null)?.problem
  const changedLines = changed.reduce((sum, state) => sum + state.changedLines, 0)
  const refused = (reason: string): RedactionFile => ({ path, scope: 'kept', action: 'refused', reason, changedLines })
  if (problem !== undefined && problem !== null) return refused(problem)
  if (changed.length === 0) return null
  if (isApart) return { path, scope: 'kept', action: 'replace', changedLines, reason: APART }
  const isDirty = isPresent && (states.at(-1)?.changedLines ?? 0) > 0
  if (isDirty && !isOwn) return refused(STILL_THERE)
  if (isRefused) return refused(NOT_WRITTEN)
  return { path, scope: 'kept', action: 'replace', changedLines }
}

/** A file of the agent as a redaction tells of it. */
export function ownFile(
  { path, action, reason }: Pick<PlannedFile, 'path' | 'action' | 'reason'>,
  changedLines = 0,
): RedactionFile {
  const done = action === 'refused' || action === 'unchanged' ? action : 'replace'
  return { path, scope: 'own', action: done, ...(reason === undefined ? {} : { reason }), changedLines }
}

/** The plan's files, with what spoke against those that were to be written. */
export function withReasons({ files, planned }: Plan): RedactionFile[] {
  const byPath = new Map(planned.map((file) => [file.path, file]))
  return files.map(({ sourceId: _, ...file }) => {
    const now = file.scope === 'own' ? byPath.get(file.path) : undefined
    return now === undefined ? file : ownFile(now, file.changedLines)
  })
}

/** Changes when the plan, a file or what is kept of it does: what was shown is what is done. */
function tokenOf(files: readonly RedactionFile[], planned: readonly Planned[], looked: Looked): string {
  const sum = createHash('sha256')
  for (const { path, scope, action, changedLines } of files)
    sum.update(JSON.stringify([path, scope, action, changedLines]))
  for (const { path, seen } of planned) sum.update(JSON.stringify([path, seen]))
  for (const { states } of looked.files)
    for (const { generationId, sha256After } of states) sum.update(JSON.stringify([generationId, sha256After]))
  return sum.digest('hex').slice(0, 32)
}
