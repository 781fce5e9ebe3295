import type { CodeFile } from '../../../server/contract/replay.ts'

const sources: Record<CodeFile['source']['kind'], string> = {
  edit: 'Edit',
  write: 'Write',
  read: 'Read',
  shell: 'shell command',
  backup: "the agent's backup",
  outside: 'a change that no tool call made',
  delete: 'deletion',
}

/** Where a file's content is known from, in a word or two. */
export function sourceText(file: CodeFile): string {
  return sources[file.source.kind]
}

/** How sure a file's content is and why, as a sentence. */
export function confidenceText(file: CodeFile): string {
  const from = `known from ${sourceText(file)}${file.source.session ? ' in another session' : ''}`
  switch (file.confidence) {
    case 'exact':
      return `exact, ${from}; nothing since could have touched it unseen`
    case 'probable':
      return `probable, ${from}; something since could have touched it`
    case 'unknown':
      return `content not known; last seen by ${sourceText(file)}`
  }
}
