import type { SessionRow } from '../../db/stores/index-writer.ts'
import type { SessionFact } from '../adapters/adapter.ts'

/** How much of a text the index holds for lists. */
export const PREVIEW_CHARACTERS = 240

/** Takes over what a line states about its session. `hasEvent` says whether the session has an event of that id. */
export function applyFact(session: SessionRow, fact: SessionFact, hasEvent: (id: string) => boolean): void {
  switch (fact.kind) {
    case 'title':
      if (fact.rank < session.title_rank) return
      if (fact.leafId !== undefined && !hasEvent(fact.leafId)) return
      session.title = fact.text
      session.title_rank = fact.rank
      return
    case 'cwd':
      if (fact.isProject) session.project_path = fact.path
      else session.project_path ??= fact.path
      return
    case 'git-branch':
      session.git_branch = fact.name
      return
    case 'version':
      session.version = fact.text
      return
    case 'context-window':
      session.context_window = fact.tokens
      return
    case 'subagent':
      session.subagent_type = fact.agentType ?? session.subagent_type
      session.subagent_description = fact.description ?? session.subagent_description
      session.parent_call_id = fact.toolUseId ?? session.parent_call_id
      return
    case 'first-prompt':
      session.first_prompt ??= fact.text.slice(0, PREVIEW_CHARACTERS)
      return
    case 'parent':
      session.parent_id = `${session.agent}:${fact.nativeId}`
      return
    case 'model': {
      const models = JSON.parse(session.models) as string[]
      session.models = JSON.stringify([...models.filter((name) => name !== fact.name), fact.name])
      return
    }
    case 'forked-from':
      session.fork_of_id ??= `${session.agent}:${fact.nativeId}`
      return
    case 'leaf':
    case 'rewind':
    case 'rolled-back':
    case 'continues':
      return
  }
}
