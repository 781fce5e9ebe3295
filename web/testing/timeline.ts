import { Timeline } from '../../server/contract/sessions.ts'

/** A timeline of the contract's shape with the given parts and nothing else in it. */
export function timelineWith(parts: Partial<Timeline>): Timeline {
  return Timeline.parse({
    length: 0,
    at: [],
    kind: [],
    kinds: ['prompt', 'answer', 'tool_call', 'tool_result'],
    branch: [],
    errors: [],
    context: [],
    edits: [],
    paths: [],
    compactions: [],
    commits: [],
    prompts: [],
    ...parts,
  })
}
