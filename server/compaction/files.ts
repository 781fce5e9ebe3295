import { type Candidate, type Collector, cutLine, type Told } from './candidate.ts'
import { listField, textField } from './field.ts'

/** How a source file names what it defines, in the usual languages. */
const DEFINED =
  /(?:^|\n)[\t ]*(?:export\s+|public\s+|private\s+|static\s+|async\s+|pub\s+|default\s+|final\s+|abstract\s+)*(?:func(?:\s*\([^)]*\))?|function\*?|class|def|fn|type|interface|struct|enum|trait|module|const|var|let)\s+([A-Za-z_$][\w$]{2,60})/g

const MOST_NAMES = 6

interface FileState {
  seq: number
  eventId: string
  change: 'created' | 'modified' | 'deleted'
  isNew: boolean
  edits: number
  added: number
  removed: number
  names: Set<string>
  isReverted: boolean
}

/** Files that were changed, and the state that they were left in. */
export class Files implements Collector {
  readonly #root: string
  #files = new Map<string, FileState>()
  #calls = new Map<string, { name: string; input: unknown }>()

  /** `root` is the project's folder: paths below it are shown without it. */
  constructor(root: string | null) {
    this.#root = root === null ? '' : root.endsWith('/') ? root : `${root}/`
  }

  take(event: Told): void {
    if (event.branch > 0) return
    if (event.kind === 'tool_call' && event.tool) this.#calls.set(event.tool.id, event.tool)
    if (event.kind !== 'tool_result' || !event.result) return
    const call = this.#calls.get(event.result.callId)
    this.#calls.delete(event.result.callId)
    if (event.result.isError) return
    for (const change of event.changes) this.#change(event, change, call?.input)
    const command = call && textField(call.input, 'command')
    if (command) this.#undo(event, command)
  }

  found(): Candidate[] {
    return [...this.#files].map(([path, file]) => this.#toCandidate(path, file))
  }

  begin(): void {
    this.#files.clear()
  }

  #change(event: Told, change: Told['changes'][number], input: unknown): void {
    const file = this.#files.get(change.path) ?? {
      seq: event.seq,
      eventId: event.id,
      change: change.change,
      isNew: change.change === 'created',
      edits: 0,
      added: 0,
      removed: 0,
      names: new Set<string>(),
      isReverted: false,
    }
    file.seq = event.seq
    file.eventId = event.id
    file.change = change.change
    file.edits += 1
    file.added += change.added
    file.removed += change.removed
    file.isReverted = false
    for (const name of namesIn(input)) if (file.names.size < MOST_NAMES) file.names.add(name)
    this.#files.set(change.path, file)
  }

  /** `git checkout -- path`, `git restore path`, `rm path`: only for files that were changed before. */
  #undo(event: Told, command: string): void {
    const undone =
      /\bgit (?:checkout\s+(?:[\w./-]+\s+)?--|restore(?!\s+--staged))\s+([^&|;\n]+)|(?:^|[&;]\s*)rm\s+([^&|;\n]+)/g
    for (const [, restored, removed] of command.matchAll(undone)) {
      for (const word of (restored ?? removed ?? '').split(/\s+/)) {
        if (word === '' || word.startsWith('-')) continue
        for (const [path, file] of this.#files) {
          if (path !== word && !path.endsWith(`/${word}`) && word !== '.') continue
          file.seq = event.seq
          file.eventId = event.id
          if (removed !== undefined) file.change = 'deleted'
          else file.isReverted = true
        }
      }
    }
  }

  #toCandidate(path: string, file: FileState): Candidate {
    const shown = this.#root !== '' && path.startsWith(this.#root) ? path.slice(this.#root.length) : path
    const state = file.isReverted
      ? 'changed, then put back'
      : file.change === 'deleted'
        ? 'deleted'
        : file.isNew
          ? 'created'
          : 'modified'
    const edits = file.edits > 1 ? ` in ${file.edits} edits` : ''
    const isOutside = path.startsWith('/') && shown === path
    const weight = Math.min(0.2, 0.03 * file.edits + 0.0005 * (file.added + file.removed))
    return {
      kind: 'file',
      seq: file.seq,
      eventId: file.eventId,
      text: `${shown}: ${state}${edits}, +${file.added} −${file.removed}`,
      detail: file.names.size > 0 ? cutLine(`defines or changes ${[...file.names].join(', ')}`, 240) : null,
      importance: (isOutside ? 0.25 : 0.45) + (file.isNew ? 0.05 : 0) + weight,
    }
  }
}

function namesIn(input: unknown): string[] {
  const texts = [textField(input, 'new_string', 'content', 'new_source')]
  for (const edit of listField(input, 'edits')) texts.push(textField(edit, 'new_string'))
  const names: string[] = []
  for (const text of texts) {
    if (text === null) continue
    for (const [, name] of text.slice(0, 20_000).matchAll(DEFINED)) {
      if (name !== undefined && /[A-Z_]|.{7}/.test(name)) names.push(name)
    }
  }
  return names
}
