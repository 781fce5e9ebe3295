import type { ParsedEvent } from '../adapter.ts'
import type { Shape } from '../shared/shape.ts'
import { answerDrafts } from './answers.ts'
import { eventsFrom, type Draft } from './drafts.ts'
import { attachmentDrafts, compactionDraft, progressDrafts, systemDraft } from './notes.ts'
import { promptDrafts } from './prompts.ts'
import { kindOf, type Head } from './records.ts'

/** Reads a record of the conversation into its events; at least one, the first with the record's id. */
export function eventsOf(record: Shape, head: Head): ParsedEvent[] {
  return eventsFrom(head, draftsOf(record, head))
}

function draftsOf(record: Shape, head: Head): Draft[] {
  switch (kindOf(record)) {
    case 'user':
      return promptDrafts(record)
    case 'assistant':
      return answerDrafts(record, head)
    case 'system':
      return [systemDraft(record)]
    case 'compact_boundary':
      return [compactionDraft(record)]
    case 'attachment':
      return attachmentDrafts(record)
    case 'progress':
      return progressDrafts(record, head)
    default:
      return [{ kind: 'unknown', raw: record }]
  }
}
