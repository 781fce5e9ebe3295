import type { FileOp, Replacement } from '../../code-state/file-op.ts'
import { resolvePath } from '../../code-state/paths.ts'
import { isShape, numberOf, textOf, type Shape } from '../shared/shape.ts'

/** What stands before a part of a file: `Status: Showing lines 1-2000 of 60001 total lines.` */
const PART_OF_FILE = /Status: Showing lines (\d+)-\d+ of \d+ total lines\.[\s\S]*?--- FILE CONTENT \(truncated\) ---\n/

/**
 * What a call asks for. It counts only when its result came, was no error, and does not tell the truth itself: the
 * agent finds the text to replace also where it stands differently.
 */
export function callFileOps(name: string, args: Shape, folder: string | null): FileOp[] {
  if (name === 'run_shell_command') {
    const command = textOf(args['command'])
    const cwd = placeOf(textOf(args['dir_path']) ?? textOf(args['directory']) ?? '.', folder)
    if (command === null) return []
    return cwd === null ? [{ op: 'opaque', command, touches: 'anything' }] : [{ op: 'run', command, cwd }]
  }
  const path = placeOf(textOf(args['file_path']), folder)
  if (path === null) return []
  if (name === 'write_file') {
    const after = args['content']
    return typeof after === 'string' ? [{ op: 'write', path, after, by: 'write' }] : []
  }
  return name === 'replace' ? replaceOps(args, path) : []
}

/** What a result tells: edits hold the file before and after, reads what stood there, commands what they printed. */
export function resultFileOps(call: Shape, text: string | null, folder: string | null): FileOp[] {
  if (call['status'] !== 'success') return []
  const display = call['resultDisplay']
  const args = isShape(call['args']) ? call['args'] : {}
  const name = textOf(call['name']) ?? ''
  if (isShape(display) && typeof display['newContent'] === 'string') {
    return editOps(display, display['newContent'], { args, name, folder })
  }
  if (name === 'read_file') return readOps(display, args, { text, folder })
  if (name === 'run_shell_command' && text !== null) {
    const { output, isWhole } = shellOutput(text)
    return [{ op: 'output', stdout: output, isPartial: !isWhole, isRecorded: false }]
  }
  return []
}

/** What a command printed, out of what is told about it. */
export function shellOutput(text: string): { output: string; exitCode: number | null; isWhole: boolean } {
  const inner = withoutWrapper(text)
  const told =
    /^(?:Command: [^\n]*\nDirectory: [^\n]*\n)?(?:Output|Stdout): ([\s\S]*?)\n?((?:(?:Stderr|Error|Exit Code|Signal|Background PIDs|Process Group PGID): [^\n]*(?:\n|$))*)$/.exec(
      inner,
    )
  if (told === null) return { output: inner, exitCode: null, isWhole: false }
  const [, printed = '', rest = ''] = told
  const code = /^Exit Code: (\d+)/m.exec(rest)?.[1]
  const isOver = !/^(?:Error: (?!\(none\))|Signal: (?!\(none\)))/m.test(rest)
  return {
    output: printed === '(empty)' ? '' : printed,
    exitCode: code === undefined ? (isOver ? 0 : null) : Number(code),
    isWhole: isOver,
  }
}

/** The agent marks what comes from outside, for its model. */
export function withoutWrapper(text: string): string {
  return /^<untrusted_context[^>]*>\n?([\s\S]*?)\n?<\/untrusted_context>\s*$/.exec(text)?.[1] ?? text
}

function editOps(display: Shape, after: string, call: { args: Shape; name: string; folder: string | null }): FileOp[] {
  const named = textOf(display['filePath']) ?? textOf(call.args['file_path'])
  const path = placeOf(named, call.folder)
  if (path === null) return []
  const write = { op: 'write', path, after, by: call.name === 'write_file' ? 'write' : 'edit' } as const
  const before = display['originalContent']
  if (display['isNewFile'] === true || before === null) return [{ ...write, before: null }]
  // Old versions told a new file and an empty one alike.
  const isKnown = typeof before === 'string' && (before !== '' || display['isNewFile'] === false)
  return [isKnown ? { ...write, before } : write]
}

function readOps(display: unknown, args: Shape, read: { text: string | null; folder: string | null }): FileOp[] {
  const path = placeOf(textOf(args['file_path']) ?? textOf(args['absolute_path']) ?? textOf(args['path']), read.folder)
  const { text } = read
  if (path === null || text === null) return []
  const part = PART_OF_FILE.exec(text)
  const isShortened = typeof display === 'string' && display.includes('some lines were shortened')
  if (part !== null) {
    const content = text.slice(part.index + part[0].length)
    if (isShortened) return []
    return [{ op: 'glimpse', path, text: content, startLine: Number(part[1]), totalLines: null }]
  }
  // A whole file has nothing to be said about it; images and the like have.
  return display === '' && !isShortened ? [{ op: 'observe', path, content: text, by: 'read' }] : []
}

function replaceOps(args: Shape, path: string): FileOp[] {
  const old = args['old_string']
  const next = args['new_string']
  if (typeof old !== 'string' || typeof next !== 'string') return []
  if (old === '') return [{ op: 'write', path, after: next, by: 'edit' }]
  const all = args['allow_multiple'] === true || (numberOf(args['expected_replacements']) ?? 1) > 1
  const replace: Replacement[] = [{ old, new: next, all }]
  return [{ op: 'patch', path, hunks: [], replace, by: 'edit' }]
}

/** An absolute path; null when it is told relative to a folder that no record has named. */
function placeOf(path: string | null, folder: string | null): string | null {
  if (path === null) return null
  if (/^(?:\/|[A-Za-z]:[\\/])/.test(path)) return path
  return folder === null ? null : resolvePath(folder, path)
}
