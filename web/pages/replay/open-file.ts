import type { CodeDocument } from '../../ui/code/code-editor.ts'
import type { OpenFile } from './code-moment.svelte.ts'
import type { CodeFileReply } from './replay-api.ts'

/** What the editor shows of an opened file; undefined when there is nothing to show, and `messageOf` says why. */
export function documentOf({ path, mode, file, diff }: OpenFile): Omit<CodeDocument, 'isPassing'> | undefined {
  if (mode === 'content' || (mode !== 'disk' && file && !file.changed)) {
    if (!file || file.text === null) return undefined
    return { path, text: file.text, original: null, written: isWrittenHere(file) ? file.changedLines : [] }
  }
  if (!file || !diff) return undefined
  // A side that did not exist yet, or no longer, is empty; one that is not known is not compared.
  const before = diff.before ?? (isNewHere(file, mode) ? '' : null)
  const after = diff.after ?? (file.state === 'deleted' ? '' : null)
  if (before === null || after === null) return undefined
  return { path, text: after, original: before, written: [] }
}

/** Why there is nothing to show, as a sentence. */
export function messageOf({ file, mode, diff }: OpenFile): string {
  if (!file) return 'Nothing is known of this file at this step. It may come into being later.'
  if (mode === 'content') {
    if (file.state === 'deleted') return 'The file is deleted at this step.'
    if (file.confidence === 'unknown') return 'The file is there, but its content is not known at this step.'
    return 'The content is binary and is not shown.'
  }
  if (diff?.after === null) {
    if (mode === 'disk')
      return 'The file is not on this machine, or is binary. Settings can say where a project lies now.'
    return 'There is nothing to compare: the content at this step is binary or not known.'
  }
  return mode === 'start'
    ? 'What the file held when the session began is not known.'
    : 'What the file held before this change is not known.'
}

/** True when this session made the file: all of it, or by its last change. */
function isNewHere(file: CodeFileReply, mode: OpenFile['mode']): boolean {
  if (mode === 'before') return file.source.kind === 'write'
  return file.writtenBy.length > 0 && file.writtenBy.every((writer) => writer >= 0)
}

/** True when the content comes from a change in this session, so that its lines can be marked. */
function isWrittenHere(file: CodeFileReply): boolean {
  return file.source.event !== undefined && file.source.kind !== 'read'
}
