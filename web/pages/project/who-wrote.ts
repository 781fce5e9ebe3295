import type { CodeFile } from '../../../server/contract/replay.ts'

/** The event that a file's content comes from. */
export interface Writer {
  sessionId: string
  seq: number
}

/** Who wrote a file last; undefined when no session did: it was only read, or changed by hand. */
export function writerOf(file: CodeFile, asked: string): Writer | undefined {
  const { kind, event, session, sessionEvent } = file.source
  if (kind === 'read' || kind === 'backup' || kind === 'outside') return undefined
  if (event !== undefined) return { sessionId: asked, seq: event }
  return session === undefined || sessionEvent === undefined ? undefined : { sessionId: session, seq: sessionEvent }
}

/** A file and who wrote it last. */
export interface WrittenFile {
  file: CodeFile
  writer: Writer | undefined
}

/** Files that any session wrote, the last written first; behind them, when asked for, the others by path. */
export function filesByWriting(
  files: readonly CodeFile[],
  { asked, words, isAll }: { asked: string; words: string; isAll: boolean },
): WrittenFile[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  return files
    .filter(({ path }) => wanted.every((word) => path.toLowerCase().includes(word)))
    .map((file) => ({ file, writer: writerOf(file, asked) }))
    .filter(({ writer }) => isAll || writer !== undefined)
    .sort((a, b) => timeOf(b) - timeOf(a) || (a.file.path < b.file.path ? -1 : 1))
}

function timeOf({ file, writer }: WrittenFile): number {
  return writer && file.source.at ? Date.parse(file.source.at) : 0
}
