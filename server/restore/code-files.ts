import type { CodeReader, FileAtMoment, Moment } from '../../db/stores/code-reader.ts'
import { isWithin, resolvePath } from '../code-state/paths.ts'
import { AppError, notFound } from '../errors.ts'
import type { Content } from '../outside/content.ts'
import { MARK } from '../redaction/mark.ts'

/** A file of a moment that can be written. */
export interface CodeFileState {
  /** As the session knew it. */
  recorded: string
  /** Below the project's folder, with `/`. */
  below: string
  /** Null where the file is known to be deleted. */
  content: Content | null
  /** The text as it is stored, secrets replaced; null where there is none. */
  masked(): string | null
  /** Tells what stands behind the marks in it: the content is that of the file itself from then on. */
  unmask(values: ReadonlyMap<string, string>): void
  /** SHA-256 of every content that it is known to have had. */
  everHeld(): Set<string>
}

/** The files of a moment: what can be written, what cannot and why, and what is not known. */
export interface MomentFiles {
  files: CodeFileState[]
  /** Asked for by name, but never written. */
  refused: { recorded: string; reason: string }[]
  /** As `/code` shows them: their content is not known. */
  unknown: string[]
}

/** Which files of a moment are wanted. */
export interface FileChoice {
  paths?: readonly string[] | undefined
  includeProbable: boolean
}

/**
 * Chooses the files of a moment. Only those of the project are taken, unless a file is asked for by name; what belongs
 * to git itself never is, because paths in sessions are not to be trusted.
 */
export function filesOfMoment(
  code: CodeReader,
  moment: Moment,
  projectPath: string | null,
  { paths, includeProbable }: FileChoice,
): MomentFiles {
  const all = code.filesAt(moment, projectPath === null ? [] : [projectPath])
  const wanted = paths && wantedPaths(all, projectPath, paths)
  const found: MomentFiles = { files: [], refused: [], unknown: [] }
  for (const file of all) {
    if (wanted && !wanted.has(file.path)) continue
    const below = pathBelow(projectPath, file.path)
    const reason = below === null ? OUTSIDE : reasonAgainst(below)
    if (reason !== null) {
      if (wanted) found.refused.push({ recorded: file.path, reason })
      continue
    }
    if (file.version.content === undefined) found.unknown.push(below ?? file.path)
    else if (includeProbable || file.confidence === 'exact') found.files.push(stateOf(code, file, below ?? ''))
  }
  return found
}

/** Puts secrets back into the contents that will be written: texts are stored without them. */
export async function bringBackSecrets(
  files: readonly CodeFileState[],
  ask: (marks: string[]) => Promise<Map<string, string>>,
): Promise<void> {
  const marked = files.flatMap((file) => {
    const marks = file.masked()?.match(MARK)
    return marks ? [{ file, marks }] : []
  })
  if (marked.length === 0) return
  const values = await ask([...new Set(marked.flatMap(({ marks }) => marks))])
  for (const { file } of marked) file.unmask(values)
}

/**
 * Why a file that was deleted at the moment is left alone all the same: what stands there now was never seen in a
 * session. Null when it may be deleted, or when nothing is there.
 */
export function reasonToLeave(file: CodeFileState, sha256: string | null): string | null {
  if (sha256 === null || file.everHeld().has(sha256)) return null
  return 'It was deleted at this moment, but what stands there now was never seen in a session. It is left alone.'
}

const OUTSIDE = 'It lies outside of the project’s folder.'

function wantedPaths(all: readonly FileAtMoment[], projectPath: string | null, paths: readonly string[]): Set<string> {
  const known = new Set(all.map((file) => file.path))
  const wanted = new Set<string>()
  for (const path of paths) {
    const absolute = resolvePath(projectPath ?? '/', path)
    if (!known.has(absolute)) throw notFound('file at this moment', path)
    wanted.add(absolute)
  }
  return wanted
}

/** Null for what lies outside. Without a project every file lies below the root of the disk. */
function pathBelow(projectPath: string | null, path: string): string | null {
  const folder = projectPath ?? '/'
  if (path === folder || !isWithin(path, folder)) return null
  return folder === '/' ? path.replace(/^\//, '').replace(/^([A-Za-z]):/, '$1') : path.slice(folder.length + 1)
}

function reasonAgainst(below: string): string | null {
  const names = below.split(/[\\/]/)
  if (names.some((name) => name === '..')) return OUTSIDE
  if (names.some((name) => /^\.git[. ]*$/i.test(name) || /^git~1$/i.test(name))) {
    return 'It belongs to git itself, which Lossless leaves alone.'
  }
  return null
}

function stateOf(code: CodeReader, file: FileAtMoment, below: string): CodeFileState {
  const { content } = file.version
  let values: ReadonlyMap<string, string> = new Map()
  /** Set when marks stay: then the file is another one than it was, with a length of its own. */
  let shown: Content | null = null
  const textOf = (id: number) => code.text(id)?.replace(MARK, (mark) => values.get(mark) ?? mark) ?? null
  const isThere = content !== null && content !== undefined
  const whole = isThere ? contentOf(() => textOf(content), file) : null
  return {
    recorded: file.path,
    below,
    get content() {
      return shown ?? whole
    },
    masked: () => (isThere ? code.text(content) : null),
    unmask: (known) => {
      values = known
      const text = isThere ? textOf(content) : null
      shown = text?.match(MARK) ? { bytes: Buffer.from(text) } : null
    },
    everHeld: () => code.everHeld(file.path),
  }
}

function contentOf(read: () => string | null, { bytes, sha256, path }: FileAtMoment): Content {
  const whole = (): Buffer => {
    const text = read()
    if (text === null)
      throw new AppError('unavailable', `The content of ${path} is not in the index any more. Try again later.`)
    return Buffer.from(text)
  }
  return {
    length: bytes ?? 0,
    ...(sha256 === null ? {} : { sha256 }),
    blocks: () => [whole()],
    read: (offset, length) => whole().subarray(offset, offset + length),
  }
}
