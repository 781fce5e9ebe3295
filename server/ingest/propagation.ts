import type { IndexWriter } from '../../db/stores/index-writer.ts'
import type { PlaceStore, StoredPlace } from '../../db/stores/place-store.ts'
import type { RemaskStore } from '../../db/stores/remask-store.ts'
import type { SourceStore } from '../../db/stores/source-store.ts'
import type { Adapter } from '../adapters/adapter.ts'
import { inSlices } from '../adapters/shared/in-slices.ts'
import type { Line } from '../adapters/shared/line-splitter.ts'
import { splitterOf } from '../adapters/shared/splitter-of.ts'
import type { Finding } from '../redaction/finding.ts'
import type { Scanner } from '../redaction/scanner.ts'
import type { Vault } from '../vault/vault.ts'
import { previewOf } from './event-row.ts'
import type { KnownSecrets } from './known-secrets.ts'
import { WHOLE_LINE } from './line-review.ts'
import type { IngestReport } from './protocol.ts'
import type { Rules } from './rules.ts'
import type { StoredMask } from './stored-review.ts'

/** What looking back works with. */
export interface PropagationParts {
  scanner: Scanner
  secrets: KnownSecrets
  places: PlaceStore
  mask: StoredMask
  rows: RemaskStore
  writer: IndexWriter
  vault: Pick<Vault, 'blocks'>
  sources: SourceStore
  adapters: readonly Adapter[]
  rules: Pick<Rules, 'version'>
  report(report: IngestReport): void
}

interface Behind {
  generationId: number
  sessionKey: number
  /** The version of the rules that it was looked through with. */
  rules: string
}

/**
 * Finds values everywhere that became known after a line was read: a password that is first typed without any context,
 * and named later. Their places are noted, and what was made of those lines is masked. It can be stopped at any point:
 * each generation is caught up with as a whole or stays behind. What was looked through with other rules is looked through again.
 */
export class Propagation {
  readonly #parts: PropagationParts
  #isRunning = false
  #isWanted = false
  #isStopped = false

  constructor(parts: PropagationParts) {
    this.#parts = parts
  }

  /** Looks through all that is behind; asked again meanwhile, it goes on until nothing is. */
  async run(): Promise<void> {
    this.#isWanted = true
    if (this.#isRunning) return
    this.#isRunning = true
    try {
      while (this.#isWanted && !this.#isStopped) {
        this.#isWanted = false
        await this.#catchUp()
      }
    } finally {
      this.#isRunning = false
    }
  }

  stop(): void {
    this.#isStopped = true
  }

  async #catchUp(): Promise<void> {
    const { places, secrets, rules } = this.#parts
    const known = secrets.count()
    const { version } = rules
    for (const behind of places.behind(version, known)) {
      const found = await inSlices(this.#lookThrough(behind))
      if (this.#isStopped || found === null) return
      const touched = new Set<number>()
      this.#parts.writer.transaction(() => {
        for (const { line, findings } of found) {
          const { generationId } = behind
          const sessionKey = this.#parts.rows.ownerOf(behind.sessionKey, { generationId, offset: line.offset })
          this.#noteLine({ ...behind, sessionKey }, line, findings)
          touched.add(sessionKey)
        }
        for (const sessionKey of touched) this.#maskRows(sessionKey)
        places.caughtUp(behind.generationId, version, known)
      })
      for (const sessionKey of touched) this.#tell(sessionKey)
    }
    // Newer rules find secrets that nobody knew: these are looked for in what was looked through already.
    if (secrets.count() > known) this.#isWanted = true
  }

  /** The lines of a generation that hold values which are not noted there yet; null when it was stopped. */
  *#lookThrough({ generationId, rules }: Behind): Generator<void, { line: Line; findings: Finding[] }[] | null> {
    const { vault, places, sources, adapters } = this.#parts
    const isForAll = rules !== this.#parts.rules.version
    const source = sources.ofGeneration(generationId)
    const adapter = adapters.find(({ id }) => id === source?.agent)
    if (!source || !adapter) return []
    const noted = Map.groupBy(places.ofGeneration(generationId), ({ offset }) => offset)
    const found: { line: Line; findings: Finding[] }[] = []
    const splitter = splitterOf(adapter, { ...source, agent: adapter.id })
    for (const { bytes, offset } of vault.blocks(generationId)) {
      for (const line of splitter.push(bytes, offset)) {
        if (this.#isStopped) return null
        const here = noted.get(line.offset) ?? []
        const findings = this.#look(line, isForAll).filter((finding) => isNews(finding, here))
        if (findings.length > 0) found.push({ line: { ...line, bytes: Uint8Array.from(line.bytes) }, findings })
        yield
      }
    }
    return found
  }

  #look(line: Line, isForAll: boolean): Finding[] {
    const { scanner, secrets } = this.#parts
    const context = { known: secrets.known, onlyKnown: !isForAll }
    const text = Buffer.from(line.bytes.buffer, line.bytes.byteOffset, line.bytes.byteLength).toString('utf8')
    return (scanner.scanJson(text, context) ?? scanner.scanText(text, context)).findings
  }

  #noteLine({ generationId, sessionKey }: Behind, line: Line, findings: readonly Finding[]): void {
    const { places, secrets, rows } = this.#parts
    const events = rows.eventsOf(sessionKey, { generationId, offset: line.offset })
    const here = places.ofLine(generationId, line.offset)
    for (const finding of findings) {
      const { path, isKey, start, end, within, tier, literal } = finding
      const secretId = secrets.note(finding).id
      const noted = here.find((place) => place.secretId === secretId && placeKey(place) === placeKey(finding))
      if (noted !== undefined) {
        places.raise(noted.id, tier)
        continue
      }
      places.add({
        secretId,
        sessionKey,
        generationId,
        offset: line.offset,
        length: line.bytes.length,
        seq: events[0]?.seq ?? null,
        at: events[0]?.at ?? null,
        record: literal === undefined ? WHOLE_LINE : 0,
        path,
        isKey,
        start,
        end,
        within: [...within],
        tier,
      })
    }
    this.#maskPreviews(generationId, sessionKey, line, events)
  }

  #maskPreviews(
    generationId: number,
    sessionKey: number,
    line: Line,
    events: readonly { seq: number; part: number }[],
  ): void {
    const { sources, adapters, mask, rows } = this.#parts
    const source = sources.ofGeneration(generationId)
    const adapter = adapters.find(({ id }) => id === source?.agent)
    if (!source || !adapter || events.length === 0) return
    const reading = adapter.readLine(line.bytes, {
      source: { ...source, agent: adapter.id },
      offset: line.offset,
      review: mask.reviewOf(generationId, line.offset),
    })
    if (reading.kind !== 'events') return
    for (const { seq, part } of events) {
      const event = reading.events[part]
      if (event) rows.setPreview(sessionKey, seq, previewOf(event))
    }
  }

  #maskRows(sessionKey: number): void {
    const { rows } = this.#parts
    rows.alterations(sessionKey)
    for (const id of rows.contentsAround(sessionKey)) rows.content(id)
  }

  #tell(sessionKey: number): void {
    const session = this.#parts.rows.session(sessionKey)
    if (session === undefined) return
    this.#parts.report({ kind: 'secrets', sessionId: session.id, secrets: [] })
    this.#parts.report({
      kind: 'session',
      sessionId: session.id,
      isNew: false,
      events: session.events,
      isGrowing: false,
    })
  }
}

/** Also what was a mere guess there before. */
function isNews(finding: Finding, here: readonly StoredPlace[]): boolean {
  const noted = here.filter((place) => placeKey(place) === placeKey(finding))
  return noted.every(({ tier }) => tier === 'candidate' && finding.tier !== 'candidate')
}

function placeKey({ path, isKey, start }: { path: (string | number)[]; isKey: boolean; start: number }): string {
  return JSON.stringify([path, isKey, start])
}
