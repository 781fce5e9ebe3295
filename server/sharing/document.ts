import { SHARED_VERSION, type SharedVersion } from '../contract/sharing.ts'
import type { Event } from '../contract/event.ts'
import { deltaOf } from './delta.ts'
import type { SeqRange } from './range.ts'
import { eventOf, type ExportRecord, type VersionRecord } from './records.ts'

/**
 * The documented JSON of a session, in parts. Each record is a line of its own, so that the finished text can be looked at line
 * by line.
 */
export async function* documentParts(
  records: AsyncIterable<ExportRecord>,
  { range, event }: { range: SeqRange | null; event(one: Event): unknown },
): AsyncGenerator<string, void> {
  const files = new Files()
  let sessions = 0
  let events = 0
  for await (const record of records) {
    switch (record.kind) {
      case 'session':
        if (sessions === 0)
          yield `${begin()}${JSON.stringify(record.session)}\n,"range":${JSON.stringify(range)},"files":[\n`
        else {
          yield `${files.end()}]${sessions === 1 ? ',"subagents":[' : '},'}\n`
          yield `{"session":\n${JSON.stringify(record.session)}\n,"events":[\n`
        }
        sessions += 1
        events = 0
        break
      case 'version':
        yield files.add(record)
        break
      case 'event':
        yield `${files.end()}${events === 0 ? '' : ',\n'}${JSON.stringify(event(eventOf(record.event)))}\n`
        events += 1
    }
  }
  yield `${files.end()}]${sessions > 1 ? '}]' : ',"subagents":[]'}}\n`
}

function begin(): string {
  return `{"format":"lossless-session","version":${SHARED_VERSION},"session":\n`
}

/** Writes versions file by file, each as what is new in it. */
class Files {
  #path: string | null = null
  #before: string | null = null
  #isEnded = false

  add({ path, seq, state, confidence, text }: VersionRecord): string {
    const isOther = path !== this.#path
    const close = this.#path === null ? '' : ']}\n,\n'
    const opening = isOther ? `${close}{"path":\n${JSON.stringify(path)}\n,"versions":[\n` : ',\n'
    if (isOther) this.#before = null
    this.#path = path
    const delta = text === null ? { keepStart: 0, keepEnd: 0, text } : deltaOf(this.#before, text)
    this.#before = text
    return `${opening}${JSON.stringify({ seq, state, confidence, ...delta } satisfies SharedVersion)}\n`
  }

  /** What closes the list of files and opens that of events; nothing when that was done. */
  end(): string {
    if (this.#isEnded) return ''
    this.#isEnded = true
    return `${this.#path === null ? '' : ']}\n'}],"events":[\n`
  }
}
