import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import type { z } from 'zod'
import type { EventStore } from '../../db/stores/event-store.ts'
import type { SessionStore, StoredSession } from '../../db/stores/session-store.ts'
import type { AgentId } from '../contract/agent.ts'
import type { ChangeKind, PlannedFile } from '../contract/change.ts'
import type { handOffSession, HandoffTarget } from '../contract/handoff.ts'
import { AppError, notFound } from '../errors.ts'
import { fit, type CountTokens, type Fitted } from './fit.ts'
import { readItems, type EventSource, type Reading } from './items.ts'
import { lossesOf } from './losses.ts'
import { briefOf, turnsOf, type Opening, type Turn } from './turns.ts'

/** Makes session files of one agent out of conversations of others. */
export interface Composer {
  /** An id in the agent's form. */
  idFrom(seed: Uint8Array): string
  /** Throws an `AppError` where the agent could not resume it. */
  compose(conversation: {
    nativeId: string
    title: string
    cwd: string | null
    gitBranch: string | null
    turns: readonly [Turn, ...Turn[]]
    now: number
  }): { path: string; root: string; mode: number; bytes: Uint8Array; losses: string[] }
}

interface Write {
  path: string
  root: string
  mode: number
  content: { length: number; blocks(): Iterable<Uint8Array> }
}

/** What handing off needs. */
export interface HandoffDeps {
  sessions: SessionStore
  events: EventStore
  bodies: EventSource['bodies']
  labelOf(agent: AgentId): string
  /** Absent where the agent cannot resume a session that was made from another's. */
  composerOf(agent: AgentId): Composer | undefined
  /** Null where the agent cannot resume. */
  resumeCommand(agent: AgentId, nativeId: string, cwd: string | null, file: string): string | null
  resolveMoment(sessionId: string, at: string | undefined): { key: number; seq: number } | undefined
  /** Files that a session had changed at an event, from the project's folder. */
  changedFiles(moment: { key: number; seq: number }): string[]
  countTokens: CountTokens
  /** Texts with everything replaced that is a secret or looks like one. */
  maskTexts(texts: string[]): Promise<string[]>
  outside: {
    plan(writes: readonly Write[]): Promise<PlannedFile[]>
    apply(change: { kind: ChangeKind; title: string; writes: readonly Write[] }): Promise<{
      files: PlannedFile[]
      applied: boolean
      changeId: number | null
    }>
  }
  keepNow(paths: string[]): Promise<void>
  localPath(path: string): string
  now(): number
}

type Reply = z.infer<typeof handOffSession.reply>

/** Tokens that the opening takes, beside files and summary. */
const OPENING = 150
const MOST_TRIES = 100

/** Lets a session go on in another agent, up to an event. Nothing is written in a dry run, nor for a brief. */
export async function handOff(
  deps: HandoffDeps,
  request: { sessionId: string; to: HandoffTarget; at: string | undefined; budget: number; dryRun: boolean },
): Promise<Reply> {
  const stored = deps.sessions.find(request.sessionId)
  if (!stored) throw notFound('session', request.sessionId)
  const moment = deps.resolveMoment(stored.id, request.at)
  if (moment === undefined) throw notFound('event', request.at ?? 'the last one')
  const material = await gather(deps, stored, { ...moment, budget: request.budget })
  const place = await placeOf(deps, stored)
  const composer = request.to === 'brief' ? undefined : deps.composerOf(request.to)
  const made =
    composer === undefined || request.to === 'brief'
      ? asBrief(stored, material, place)
      : await asSession(deps, stored, { material, place, composer, to: request.to, dryRun: request.dryRun })
  const said = material.fitted.items.flatMap(({ item }) => (item.kind === 'said' ? item.role : []))
  return {
    to: request.to,
    ...made.reply,
    endsAt: moment.seq,
    prompts: said.filter((role) => role === 'user').length,
    answers: said.filter((role) => role === 'assistant').length,
    calls: material.fitted.items.length - said.length,
    tokens: material.fitted.tokens,
    losses: lossesOf(material.reading, material.fitted, made.losses),
    warnings: [place.warning, codeWarning(stored, moment.seq)].filter((sentence) => sentence !== null),
  }
}

interface Material {
  reading: Reading
  fitted: Fitted
  opening: Opening
  seq: number
}

async function gather(
  deps: HandoffDeps,
  stored: StoredSession,
  cut: { key: number; seq: number; budget: number },
): Promise<Material> {
  const [row] = deps.events.page(cut.key, cut.seq - 1, 1)
  const branch = Math.max(0, row?.branch ?? 0)
  const reading = await readItems(deps, { sessionKey: cut.key, seq: cut.seq, branch })
  if (!reading.items.some((item) => item.kind === 'said')) {
    throw new AppError('bad_request', 'Up to this event nothing was said that could go on. Choose a later one.')
  }
  const fitted = await fit(reading.items, Math.max(0, cut.budget - OPENING), deps.countTokens)
  if (fitted.items.length === 0) {
    throw new AppError('bad_request', 'The last thing that was said alone takes more tokens than the budget allows.')
  }
  const first = fitted.items[0]?.item.seq ?? 0
  const opening: Opening = {
    agent: deps.labelOf(stored.agent),
    project: stored.projectPath === null ? null : deps.localPath(stored.projectPath),
    gitBranch: stored.gitBranch,
    changed: deps.changedFiles(cut),
    dropped: fitted.dropped,
    summary:
      fitted.dropped === 0
        ? null
        : await lastSummary(deps, reading, { before: first, room: cut.budget - fitted.tokens }),
  }
  return masked(deps, { reading, fitted, opening, seq: cut.seq })
}

/** The summary that stands for what is left out, where it fits. */
async function lastSummary(
  deps: HandoffDeps,
  reading: Reading,
  { before, room }: { before: number; room: number },
): Promise<string | null> {
  const summary = reading.summaries.findLast(({ seq }) => seq < before)?.text ?? null
  if (summary === null) return null
  const [tokens = 0] = await deps.countTokens([summary])
  return tokens <= room ? summary : null
}

/** What stands in pages is masked already by what is known; here it is looked through as a whole once more. */
async function masked(deps: HandoffDeps, material: Material): Promise<Material> {
  const { fitted, opening } = material
  const texts = [...fitted.items.map(({ text }) => text), opening.summary ?? '']
  const clean = await deps.maskTexts(texts)
  const items = fitted.items.map(({ item }, index) => ({ item, text: clean[index] ?? '' }))
  const summary = opening.summary === null ? null : (clean.at(-1) ?? null)
  return { ...material, fitted: { ...fitted, items }, opening: { ...opening, summary } }
}

interface Place {
  cwd: string | null
  warning: string | null
}

async function placeOf(deps: HandoffDeps, stored: StoredSession): Promise<Place> {
  if (stored.projectPath === null) return { cwd: null, warning: 'No record names the project’s folder.' }
  const cwd = deps.localPath(stored.projectPath)
  const isHere = (await stat(cwd).catch(() => null))?.isDirectory() ?? false
  if (isHere) return { cwd, warning: null }
  return { cwd, warning: `The project’s folder ${cwd} is not on this machine. Say in Settings where it is now.` }
}

function codeWarning(stored: StoredSession, seq: number): string | null {
  if (seq >= stored.events - 1) return null
  return 'The code on disk may be newer than this point: restore the code of this event first if it shall match.'
}

type Made = {
  reply: Pick<Reply, 'form' | 'nativeId' | 'path' | 'text' | 'resume' | 'changeId'>
  losses: string[]
}

function asBrief(stored: StoredSession, { fitted, opening }: Material, { cwd }: Place): Made {
  const text = briefOf(fitted, opening, stored.title)
  const resume = { cwd, command: null }
  return { reply: { form: 'brief', nativeId: null, path: null, text, resume, changeId: null }, losses: [] }
}

async function asSession(
  deps: HandoffDeps,
  stored: StoredSession,
  how: { material: Material; place: Place; composer: Composer; to: AgentId; dryRun: boolean },
): Promise<Made> {
  const { material, place, composer, to } = how
  const turns = turnsOf(material.fitted, material.opening)
  const { title, gitBranch } = stored
  for (const nativeId of freshIds(deps, stored, { composer, to, material })) {
    const made = composer.compose({ nativeId, title, cwd: place.cwd, gitBranch, turns, now: deps.now() })
    const content = { length: made.bytes.length, blocks: () => [made.bytes] }
    const writes = [{ path: made.path, root: made.root, mode: made.mode, content }]
    const [planned] = await deps.outside.plan(writes)
    // Something stands there already, from an earlier hand-off perhaps: it is left alone.
    if (planned?.action === 'unchanged' || planned?.action === 'replace') continue
    if (planned?.action !== 'create') throw refusal(planned)
    const changeId = how.dryRun ? null : await write(deps, writes, `Hand-off of “${title.slice(0, 80).toWellFormed()}”`)
    const command = deps.resumeCommand(to, nativeId, place.cwd, made.path)
    const resume = { cwd: place.cwd, command }
    return { reply: { form: 'session', nativeId, path: made.path, text: null, resume, changeId }, losses: made.losses }
  }
  throw new AppError('conflict', 'No free name was found for the session. Look into the agent’s folder and try again.')
}

/** Ids that no session has; they follow from what is handed over, so that a dry run names the one that is used afterwards. */
function* freshIds(
  deps: HandoffDeps,
  stored: StoredSession,
  { composer, to, material }: { composer: Composer; to: AgentId; material: Material },
): Generator<string, void> {
  for (let tried = 0; tried < MOST_TRIES; tried += 1) {
    const seed = createHash('sha256')
      .update(JSON.stringify(['handoff', stored.id, to, material.seq, tried]))
      .digest()
    const nativeId = composer.idFrom(seed)
    if (deps.sessions.find(`${to}:${nativeId}`) === undefined) yield nativeId
  }
}

async function write(deps: HandoffDeps, writes: readonly Write[], title: string): Promise<number | null> {
  const done = await deps.outside.apply({ kind: 'handoff', title, writes })
  if (!done.applied) throw refusal(done.files[0])
  await deps.keepNow(writes.map(({ path }) => path))
  return done.changeId
}

function refusal(planned: PlannedFile | undefined): AppError {
  return new AppError('conflict', `The session was not written. ${planned?.reason ?? 'Its place is taken.'}`)
}
