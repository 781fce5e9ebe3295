import type { z } from 'zod'
import type { CodeReader, FileAtMoment, Moment } from '../../db/stores/code-reader.ts'
import { writersOfLines, type WrittenText } from '../code-state/blame.ts'
import { addedRanges } from '../code-state/line-diff.ts'
import type { FileVersion } from '../code-state/ledger.ts'
import { ORIGIN } from '../code-state/stamp.ts'
import type { CodeFile, CodeSource, getCodeFile } from '../contract/replay.ts'
import { shownPath } from './shown-path.ts'

type CodeFileText = Omit<z.input<typeof getCodeFile.reply>, 'at'>
type Writer = Pick<CodeSource, 'event' | 'session' | 'sessionEvent'>

/** Above this, who wrote which line is not worked out. */
const MOST_CHARACTERS = 600_000
/** So much text of older versions is looked at; what stood before counts as always there. Keeps an answer within milliseconds. */
const MOST_HISTORY = 4_000_000

/** A file as the contract shows it. */
export function describeFile(
  code: CodeReader,
  moment: Moment,
  projectPath: string | null,
  file: FileAtMoment,
): CodeFile {
  const { version } = file
  return {
    path: shownPath(projectPath, file.path),
    state: version.content === null ? 'deleted' : 'present',
    sha256: file.sha256,
    bytes: file.bytes,
    confidence: file.confidence,
    source: sourceOf(code, moment, version),
    changed: file.isChanged,
  }
}

/** A file with its text, and who wrote which of its lines. */
export function describeFileText(
  code: CodeReader,
  moment: Moment,
  projectPath: string | null,
  file: FileAtMoment,
): CodeFileText {
  const { content } = file.version
  const text = content === null || content === undefined ? null : code.text(content)
  return {
    ...describeFile(code, moment, projectPath, file),
    text,
    ...(text === null ? { changedLines: [], writtenBy: [], writers: [] } : lineFacts(code, moment, file.path, text)),
  }
}

function lineFacts(
  code: CodeReader,
  moment: Moment,
  path: string,
  text: string,
): Pick<CodeFileText, 'changedLines' | 'writtenBy' | 'writers'> {
  if (text.length > MOST_CHARACTERS) return { changedLines: [], writtenBy: [], writers: [] }
  const texts = newestTexts(code, moment, path)
  const before = texts.at(-2)
  return { changedLines: before ? addedRanges(before.text, text) : [], ...writersOfLines(texts) }
}

/** The contents that a file had, oldest first, as far back as there is time for. */
function newestTexts(code: CodeReader, moment: Moment, path: string): WrittenText<Writer>[] {
  const versions = code.versionsUntil(moment, path)
  const out: WrittenText<Writer>[] = []
  let characters = 0
  for (let index = versions.length - 1; index >= 0 && characters < MOST_HISTORY; index -= 1) {
    const version = versions[index]
    if (!version || (index > 0 && version.content === versions[index - 1]?.content)) continue
    const text = version.content ? (code.text(version.content) ?? '') : ''
    characters += text.length
    const wasThere = version.at === ORIGIN.at || (index === 0 && version.by !== 'write')
    out.unshift({ text, writer: wasThere ? null : writerOf(code, moment, version) })
  }
  const [oldest] = out
  if (oldest && characters >= MOST_HISTORY) oldest.writer = null
  return out
}

/** Nothing in it means that no known event wrote it: a change by hand, or by a command that nobody saw. */
function writerOf(code: CodeReader, moment: Moment, version: FileVersion): Writer {
  if (version.by === 'outside' || version.by === 'read' || version.by === 'backup') return {}
  const event = version.origin ?? version
  if (event.session === moment.session) return { event: event.seq }
  const session = code.sessionId(event.session)
  return session === undefined ? {} : { session, sessionEvent: event.seq }
}

function sourceOf(code: CodeReader, moment: Moment, version: FileVersion): CodeSource {
  const event = version.origin ?? version
  if (event.at === ORIGIN.at) {
    const seen = version.exactFrom
    return { kind: version.by === 'edit' || version.by === 'write' ? 'read' : version.by, at: seen && timeOf(seen.at) }
  }
  const source: CodeSource = { kind: version.by, at: timeOf(event.at) }
  if (event.session === moment.session) return { ...source, event: event.seq }
  const session = code.sessionId(event.session)
  return session === undefined ? source : { ...source, session, sessionEvent: event.seq }
}

function timeOf(at: number): string | null {
  return at > 0 ? new Date(at).toISOString() : null
}
