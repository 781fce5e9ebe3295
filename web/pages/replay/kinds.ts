import type { EventKind } from '../../../server/contract/event.ts'

/** What the filter above the scrubber switches, each a group of event kinds. */
export const KIND_GROUPS = {
  prompts: { label: 'Prompts', kinds: ['prompt', 'command'] },
  answers: { label: 'Answers', kinds: ['answer'] },
  thinking: { label: 'Thinking', kinds: ['thinking'] },
  tools: { label: 'Tools', kinds: ['tool_call', 'tool_result'] },
  compactions: { label: 'Compactions', kinds: ['compaction', 'microcompaction', 'summary'] },
  notices: { label: 'Notices', kinds: ['notice', 'unknown'] },
  noise: { label: 'Noise', kinds: ['hook', 'attachment', 'progress'] },
} as const satisfies Record<string, { label: string; kinds: readonly EventKind[] }>

export type KindGroup = keyof typeof KIND_GROUPS

/** What an event is called where there is room for two words only. */
export const KIND_NAMES: Record<string, string> = {
  prompt: 'Prompt',
  command: 'Command',
  answer: 'Answer',
  thinking: 'Thinking',
  tool_call: 'Tool call',
  tool_result: 'Tool result',
  compaction: 'Compaction',
  microcompaction: 'Micro-compaction',
  summary: 'Summary',
  notice: 'Notice',
  hook: 'Hook',
  attachment: 'Attachment',
  progress: 'Progress',
  unknown: 'Unknown record',
}

/** Every group, in the order in which the filter shows them. */
export const ALL_GROUPS = Object.keys(KIND_GROUPS) as KindGroup[]

/** What is shown unless the reader asks otherwise: all but the agent's own noise. */
export const DEFAULT_GROUPS: readonly KindGroup[] = ALL_GROUPS.filter((group) => group !== 'noise')

/** The event kinds of the given groups. A kind that no group knows is shown with the notices. */
export function isKindShown(kind: string, groups: ReadonlySet<KindGroup>): boolean {
  for (const group of ALL_GROUPS) {
    if ((KIND_GROUPS[group].kinds as readonly string[]).includes(kind)) return groups.has(group)
  }
  return groups.has('notices')
}
