import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { MARK } from '../redaction/mark.ts'
import { Breath } from './breath.ts'
import { Cleaner, type Redact } from './cleaner.ts'
import { documentParts } from './document.ts'
import { htmlParts, readViewer, shownEvent } from './html.ts'
import type { Job, MadeFile } from './make-native.ts'
import { linesIn } from './lines-in.ts'
import { markdownLines } from './markdown.ts'
import { recordsOf, type ExportRecord, type RecordSources } from './records.ts'

/** What readable exports are made from. */
export interface ReadableParts extends RecordSources {
  redact: Redact
  /** The mark of a secret, and which one a mark is. */
  markOf(secretId: number): string | undefined
  secretOf(mark: string): number | undefined
  /** What stands behind marks; only for secrets that are to stay. */
  unmask(marks: string[]): Promise<Map<string, string>>
  webDir: string
}

/**
 * Makes an export to read: what the index shows of the session, which is masked, then everything else taken out that must not
 * leave, candidates too; then the form.
 */
export async function makeReadable(parts: ReadableParts, job: Job): Promise<MadeFile> {
  const { choice, folder, session, signal, cleaner } = job
  const breath = new Breath(signal)
  const clean = join(folder, 'records')
  const counts = { images: 0 }
  const lines = cleaner.linesOf(await marked(parts, job, breath, counts))
  await pipeline(Readable.from(ended(lines)), createWriteStream(clean, { mode: 0o600 }), { signal })
  // Not worth a form when it has to be made again.
  if (!cleaner.isSettled) return { ...NOTHING, path: clean, fileName: '', type: '' }

  const records = recordsIn(clean, breath)
  const path = join(folder, 'finished')
  const name = session.nativeId.replace(/[^\w.-]/g, '_')
  const write = (made: AsyncIterable<string>) =>
    pipeline(Readable.from(made), createWriteStream(path, { mode: 0o600 }), { signal })
  const rest = { path, files: 1, images: counts.images }
  switch (choice.format) {
    case 'markdown': {
      // In another form a value may stand where its surroundings tell what it is.
      const again = new Cleaner(parts.redact, { keep: choice.redactions.keep, personal: choice.personal })
      await write(ended(again.linesOf(markdownLines(records))))
      for (const [id, { hits, isTakenOut }] of again.met) if (isTakenOut) cleaner.meet(id, hits)
      cleaner.doubtful += again.doubtful
      cleaner.personal += again.personal
      return { ...NOTHING, ...rest, images: 0, fileName: `${name}.md`, type: 'text/markdown; charset=utf-8' }
    }
    case 'html': {
      const viewer = await readViewer(parts.webDir)
      const title = await titleIn(clean)
      await write(htmlParts(title, viewer, documentParts(records, { range: job.range, event: shownEvent })))
      return { ...NOTHING, ...rest, shape: 'page', fileName: `${name}.html`, type: 'text/html; charset=utf-8' }
    }
    default:
      await write(documentParts(records, { range: job.range, event: (event) => event }))
      return { ...NOTHING, ...rest, fileName: `${name}.json`, type: 'application/json' }
  }
}

const NOTHING: Pick<MadeFile, 'shape' | 'wholeNames' | 'files' | 'images' | 'leftOut'> = {
  shape: 'text',
  wholeNames: new Set(),
  files: 1,
  images: 0,
  leftOut: [],
}

/** Records as lines, each mark counted, those of secrets that are to stay put back. */
async function marked(
  parts: ReadableParts,
  { session, range, choice, cleaner, onProgress }: Job,
  breath: Breath,
  counts: { images: number },
): Promise<AsyncGenerator<string, void>> {
  const marks = choice.redactions.keep.flatMap((id) => parts.markOf(id) ?? [])
  const values = marks.length === 0 ? new Map<string, string>() : await parts.unmask(marks)
  const total = range === null ? session.events : range.to - range.from + 1
  let done = 0
  return (async function* () {
    for (const record of recordsOf(parts, session, range)) {
      await breath.take()
      if (record.kind === 'event') {
        counts.images += record.event.result?.images.filter(({ data }) => data !== null).length ?? 0
        onProgress(Math.min((done += 1), total), total)
      }
      yield JSON.stringify(record).replace(MARK, (mark) => {
        const value = values.get(mark)
        if (value !== undefined) return JSON.stringify(value).slice(1, -1)
        const secretId = parts.secretOf(mark)
        if (secretId !== undefined) cleaner.meet(secretId, 1)
        return mark
      })
    }
  })()
}

async function* recordsIn(path: string, breath: Breath): AsyncGenerator<ExportRecord, void> {
  for await (const line of linesIn(path)) {
    await breath.take()
    // Our own lines of a moment ago, with marks in strings.
    yield JSON.parse(line) as ExportRecord
  }
}

async function titleIn(path: string): Promise<string> {
  for await (const record of recordsIn(path, new Breath(new AbortController().signal))) {
    return record.kind === 'session' ? record.session.title : ''
  }
  return ''
}

async function* ended(lines: AsyncIterable<string>): AsyncGenerator<string, void> {
  for await (const line of lines) yield `${line}\n`
}
