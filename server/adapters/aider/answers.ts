import { resolvePath } from '../../code-state/paths.ts'
import type { FileChange } from '../../contract/event.ts'
import type { FileOp } from '../../code-state/file-op.ts'
import type { LineContext, LineReading } from '../adapter.ts'
import { eventsOf, type PieceDraft } from './drafts.ts'
import { editsIn, type FileEdit } from './edits/edits.ts'
import { projectOf } from './locate.ts'
import type { Piece } from './pieces.ts'

/** What a model thought, as Aider marks it off from its answer. */
const THINKING = /^<(thinking-content-[0-9a-f]{32})>([\s\S]*?)(?:<\/\1>|$)/

const UNASKED =
  'An answer stands here that nobody asked for in this run, while the run before it waits for one: both wrote into this history at the same time.'

/** Reads an answer: what was thought, what was said, and for each file the edits in it. Whether they were applied is told later. */
export function readAnswer(piece: Piece, base: string, context: LineContext): LineReading {
  const whole = piece.lines.join('\n').trim()
  const model = context.session?.model ?? null
  const [thinking = '', , thought = ''] = THINKING.exec(whole) ?? []
  const text = whole.slice(thinking.length).trim()
  const drafts: PieceDraft[] = []
  if (thought.trim() !== '') drafts.push({ kind: 'thinking', text: thought.trim(), model })
  if (text !== '' || drafts.length === 0) drafts.push({ kind: 'answer', text, model })
  const project = context.projectPath ?? projectOf(context.source.path)
  for (const edit of editsIn(text)) drafts.push(callFor(edit, `${base}#${drafts.length}`, project))
  const isStray = context.session?.prompts === 0 && context.session.isAfterOpenTurn()
  return {
    kind: 'events',
    events: eventsOf(base, 'answer', drafts),
    facts: [],
    ...(isStray ? { doubt: UNASKED } : {}),
  }
}

function callFor(edit: FileEdit, id: string, project: string): PieceDraft {
  return {
    kind: 'tool_call',
    tool: { id, name: 'edit', summary: edit.path, input: edit, subagentId: null },
    changes: [changeOf(edit)],
    fileOps: fileOps(edit, resolvePath(project, edit.path)),
  }
}

/** What an edit asks for. It counts when Aider says that it was applied. */
function fileOps(edit: FileEdit, path: string): FileOp[] {
  switch (edit.kind) {
    case 'whole':
      return [{ op: 'write', path, after: edit.content, by: 'write' }]
    case 'delete':
      return [{ op: 'delete', path, by: 'edit' }]
    case 'replace': {
      const { replacements } = edit
      const [first] = replacements
      // Nothing is looked for: the file is new, or the text is added to it.
      if (first?.old.trim() === '' && replacements.length === 1) {
        return [{ op: 'write', path, after: first.new, by: 'edit' }]
      }
      return [
        { op: 'patch', path, hunks: [], replace: replacements.map((one) => ({ ...one, all: false })), by: 'edit' },
      ]
    }
  }
}

function changeOf(edit: FileEdit): FileChange {
  if (edit.kind === 'whole') return { path: edit.path, change: 'modified', added: linesIn(edit.content), removed: 0 }
  if (edit.kind === 'delete') return { path: edit.path, change: 'deleted', added: 0, removed: 0 }
  const isNew = edit.replacements.every((one) => one.old.trim() === '')
  const sum = (side: 'old' | 'new') => edit.replacements.reduce((total, one) => total + linesIn(one[side]), 0)
  return { path: edit.path, change: isNew ? 'created' : 'modified', added: sum('new'), removed: isNew ? 0 : sum('old') }
}

function linesIn(text: string): number {
  return text === '' ? 0 : text.replace(/\n$/, '').split('\n').length
}
