import type { MarkKind, ProjectSession } from '../../../server/contract/projects.ts'
import { agentLabels } from '../../copy/agents.ts'
import { formatCount } from '../../ui/format.ts'
import { timeText } from '../replay/describe.ts'
import type { Mark } from './marks.ts'

/** What a mark is called in a word. */
export const markNames: Record<MarkKind, string> = {
  prompt: 'Prompt',
  edit: 'Edit',
  error: 'Error',
  compaction: 'Compaction',
  commit: 'Commit',
}

/** What happened at a mark, without when and in which session. */
export function whatHappened(mark: Mark): string {
  const [first, ...others] = mark.files
  if (!first) return mark.text || (mark.kind === 'error' ? 'An error' : `A ${mark.kind}`)
  const more = others.length > 0 ? ` and ${formatCount(others.length)} more` : ''
  return `${first.path}${more}`
}

/** Lines that an edit added and removed, over all its files. */
export function linesOf(mark: Mark): { added: number; removed: number } {
  return mark.files.reduce((sum, file) => ({ added: sum.added + file.added, removed: sum.removed + file.removed }), {
    added: 0,
    removed: 0,
  })
}

/** The place of a mark in words, for those who hear the page and for the box at the pointer. */
export function describeMark(
  mark: Mark | undefined,
  { session, position, count }: { session: ProjectSession | undefined; position: number; count: number },
): string {
  if (!mark || !session) return 'No marks'
  const { added, removed } = linesOf(mark)
  const what =
    mark.kind === 'edit'
      ? `Edits ${whatHappened(mark)} +${added} −${removed}`
      : [markNames[mark.kind], mark.text].filter(Boolean).join(': ')
  return [
    `${formatCount(position + 1)} of ${formatCount(count)} · ${timeText(mark.at) || 'no time known'}`,
    `${agentLabels[session.agent]} · ${session.title.slice(0, 120)}`,
    what,
  ].join('\n')
}
