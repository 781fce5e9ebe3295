import { createHash } from 'node:crypto'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { KeptFileStore, KeptSource } from '../../db/stores/kept-file-store.ts'
import type { PlaceStore } from '../../db/stores/place-store.ts'
import { inSlices } from '../adapters/shared/in-slices.ts'
import type { Finding, Tier } from '../redaction/finding.ts'
import { LineRedactor } from '../redaction/line-redactor.ts'
import type { Scanner } from '../redaction/scanner.ts'
import type { Vault } from '../vault/vault.ts'
import { AppError } from '../errors.ts'
import type { KnownSecrets } from './known-secrets.ts'
import { LookProgress } from './look-progress.ts'
import type { SplitterFor } from './pieces-of.ts'
import type { IngestReport } from './protocol.ts'
import { grainOf, redactParts, type RedactedPart } from './redact-generation.ts'
import type { LookedFile, LookedState, RedactionLooked, RedactionOrder, RedactionPick } from './redaction-order.ts'

/** What looking works with. */
export interface LookParts {
  vault: Pick<Vault, 'blocks' | 'readRange'>
  keptFiles: KeptFileStore
  places: Pick<PlaceStore, 'ofGeneration'>
  scanner: Scanner
  secrets: KnownSecrets
  splitterFor: SplitterFor
  /** Why nothing may be taken out of a file, as a sentence; null where nothing speaks against it. */
  reasonAgainst(source: KeptSource): string | null
  report(report: IngestReport): void
}

const MOST_HUNKS = 200
const MOST_LEFT = 100
const AROUND = 70
/** A longer string is not masked anew to show a piece of it. */
const LONGEST_SHOWN = 200_000

/** Goes through kept files and says, or makes, what becomes of them without secrets. Lets other work in between. */
export class RedactionLook {
  readonly #parts: LookParts
  #stopped: string | null = null

  constructor(parts: LookParts) {
    this.#parts = parts
  }

  /** Lets the look of this name end. */
  stop(job: string): void {
    this.#stopped = job
  }

  /** With a `folder` what changes is written there, one file for each state. Throws `conflict` when it is stopped. */
  async look(order: RedactionOrder, folder: string | null): Promise<RedactionLooked> {
    const { sourceIds, sharedIds, pick, states, job } = order
    this.#stopped = null
    const result = new Looked()
    const sources = this.#parts.keptFiles.list(sourceIds)
    const sharedSources = this.#parts.keptFiles.list(sharedIds)
    const wanted = [...sources, ...sharedSources].flatMap((source) => statesOf(source, states))
    const progress = new LookProgress(
      wanted.reduce((sum, { length }) => sum + length, 0),
      (done, total) => job !== null && this.#parts.report({ kind: 'redaction', job, done, total }),
    )
    const advance = (bytes: number) => {
      if (job !== null && this.#stopped === job) throw new AppError('conflict', STOPPED)
      progress.advance(bytes)
    }
    const takesOut = picks(pick)
    const own = this.redactor(takesOut, this.#candidatesIn(sources, takesOut))
    for (const source of sources) {
      result.files.push(await this.#lookAt(source, { redactor: own, states, folder, isShared: false, result, advance }))
    }
    const taken = new Set(result.taken())
    const shared = this.redactor((id) => taken.has(id), taken)
    for (const source of sharedSources) {
      result.files.push(
        await this.#lookAt(source, { redactor: shared, states, folder, isShared: true, result, advance }),
      )
    }
    return result.outcome()
  }

  /** Takes out what `takesOut` says of a secret, `candidates` also without any context, and notes secrets that were never seen before. */
  redactor(takesOut: TakesOut, candidates: ReadonlySet<number>): LineRedactor {
    const { scanner, secrets } = this.#parts
    return new LineRedactor({
      scanner,
      known: secrets.knownWith(candidates),
      placeholderOf: ({ value }) => secrets.markFor(value),
      takesOut: (finding) => takesOut(secrets.note(finding).id, finding),
    })
  }

  /** Candidates that stand in the files and go: they are looked for without their context too. */
  #candidatesIn(sources: readonly KeptSource[], takesOut: TakesOut): Set<number> {
    const generations = sources.flatMap((source) => source.generations)
    const places = generations.flatMap(({ id }) => this.#parts.places.ofGeneration(id))
    const going = places.filter((place) => place.tier === 'candidate' && takesOut(place.secretId, place))
    return new Set(going.map(({ secretId }) => secretId))
  }

  async #lookAt(source: KeptSource, job: Job): Promise<LookedFile> {
    const wanted = statesOf(source, job.states)
    const states: LookedState[] = []
    for (const { id, length } of wanted) {
      // Counts and examples are of the last state only; earlier ones mostly say the same.
      const counts = id === wanted.at(-1)?.id
      states.push(await inSlices(this.#through(source, { id, length }, job, counts)))
    }
    const { id: sourceId, path } = source
    return { sourceId, path, isShared: job.isShared, isPresent: source.state === 'present', states }
  }

  *#through(
    source: KeptSource,
    { id, length }: { id: number; length: number },
    { redactor, folder, isShared, result, advance }: Job,
    isNewest: boolean,
  ): Generator<void, LookedState> {
    const { vault, splitterFor } = this.#parts
    const grain = grainOf(source, length, vault.readRange(id, 0, 8192))
    const out = folder === null ? null : new Output(join(folder, String(id)))
    const before = createHash('sha256')
    const state: LookedState = {
      ...{ generationId: id, length, lengthAfter: 0, sha256: '', sha256After: '' },
      ...{ changedLines: 0, file: null, problem: null },
    }
    const after = createHash('sha256')
    try {
      for (const part of redactParts(vault.blocks(id), redactor, { grain, splitter: splitterFor(source) })) {
        advance(part.before.length)
        before.update(part.before)
        after.update(part.after)
        out?.write(part.after)
        state.lengthAfter += part.after.length
        if (part.found.isChanged) state.changedLines += 1
        if (part.found.problem !== null) state.problem ??= `Line ${part.line}: ${part.found.problem}`
        this.#note(source.path, part, result, { isNewest, isShared })
        yield
      }
    } finally {
      out?.close()
    }
    state.sha256 = before.digest('hex')
    state.sha256After = after.digest('hex')
    if (state.changedLines > 0) state.problem ??= this.#parts.reasonAgainst(source)
    if (state.changedLines > 0) state.file = out?.path ?? null
    else out?.remove()
    return state
  }

  #note(
    path: string,
    { line, after, found }: RedactedPart,
    result: Looked,
    { isNewest, isShared }: { isNewest: boolean; isShared: boolean },
  ): void {
    if (isNewest) result.lines += 1
    if (isNewest && found.isChanged) result.changedLines += 1
    for (const { finding, isTakenOut } of found.hits) {
      const { id } = this.#parts.secrets.note(finding)
      if (isShared && !isTakenOut) continue
      result.meet(id, isTakenOut)
      if (!isTakenOut || !isNewest) continue
      if (result.hunks.length >= MOST_HUNKS) result.hasMore = true
      else
        result.hunks.push({
          path,
          line,
          field: fieldOf(finding.path),
          text: this.#excerpt(after, finding),
          secretId: id,
        })
    }
    if (!isNewest || isShared || result.left.length >= MOST_LEFT) return
    for (const { path: way } of found.unchecked) result.left.push({ path, line, field: fieldOf(way), why: 'unchecked' })
    for (const way of found.untouchable) result.left.push({ path, line, field: fieldOf(way), why: 'untouchable' })
  }

  /** The string that a finding was in, as it reads now, around what stands in its place. */
  #excerpt(after: Uint8Array, finding: Finding): string {
    const { secrets } = this.#parts
    const text = stringAt(Buffer.from(after.buffer, after.byteOffset, after.byteLength).toString('utf8'), finding)
    if (text === null || text.length > LONGEST_SHOWN) return ''
    const mark = secrets.markFor(finding.value)
    const shown = secrets.maskAll(text)
    const at = shown.indexOf(mark)
    if (at < 0) return ''
    const from = Math.max(0, at - AROUND)
    const to = Math.min(shown.length, at + mark.length + AROUND)
    return `${from > 0 ? '…' : ''}${shown.slice(from, to).toWellFormed()}${to < shown.length ? '…' : ''}`
  }
}

interface Job {
  redactor: LineRedactor
  states: 'last' | 'all'
  folder: string | null
  isShared: boolean
  result: Looked
  /** Tells how far it is; throws when it is to end. */
  advance(bytes: number): void
}

const STOPPED = 'The redaction was stopped. Nothing was changed.'

function statesOf(source: KeptSource, states: 'last' | 'all'): KeptSource['generations'] {
  return states === 'all' ? source.generations : source.generations.slice(-1)
}

class Looked {
  readonly files: LookedFile[] = []
  readonly hunks: RedactionLooked['hunks'] = []
  readonly left: RedactionLooked['left'] = []
  hasMore = false
  lines = 0
  changedLines = 0
  readonly #met = new Map<number, RedactionLooked['met'][number]>()

  meet(secretId: number, isTakenOut: boolean): void {
    const one = this.#met.get(secretId) ?? { secretId, hits: 0, isTakenOut }
    one.hits += 1
    this.#met.set(secretId, one)
  }

  taken(): number[] {
    return [...this.#met.values()].filter(({ isTakenOut }) => isTakenOut).map(({ secretId }) => secretId)
  }

  outcome(): RedactionLooked {
    const { files, hunks, hasMore, lines, changedLines, left } = this
    return { files, met: [...this.#met.values()], hunks, hasMore, lines, changedLines, left }
  }
}

/** A file of ours that is written from the start. */
class Output {
  readonly path: string
  readonly #fd: number

  constructor(path: string) {
    this.path = path
    this.#fd = openSync(path, 'w', 0o600)
  }

  write(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) done += writeSync(this.#fd, bytes, done)
  }

  close(): void {
    closeSync(this.#fd)
  }

  remove(): void {
    rmSync(this.path, { force: true })
  }
}

type TakesOut = (secretId: number, finding: { tier: Tier }) => boolean

function picks({ keep, only, candidates }: RedactionPick): TakesOut {
  const stays = new Set(keep)
  const wanted = only === null ? null : new Set(only)
  return (id, { tier }) => {
    if (stays.has(id) || (wanted !== null && !wanted.has(id))) return false
    return candidates || tier !== 'candidate'
  }
}

function fieldOf(path: readonly (string | number)[]): string {
  return path.join(' › ')
}

function stringAt(text: string, { path, isKey, literal }: Finding): string | null {
  if (literal === undefined) return text
  let inner: unknown
  try {
    inner = JSON.parse(text)
  } catch {
    return null
  }
  for (const step of isKey ? path.slice(0, -1) : path) {
    if (typeof inner !== 'object' || inner === null) return null
    inner = (inner as Record<string | number, unknown>)[step]
  }
  if (isKey && typeof inner === 'object' && inner !== null) return Object.keys(inner).join(' ')
  return typeof inner === 'string' ? inner : null
}
