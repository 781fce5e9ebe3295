import { restoreCode } from '../../../../server/contract/restore.ts'
import { call, type ReplyOf } from '../../../api/call.ts'
import type { PlanRun } from '../../../ui/plan-flow.svelte.ts'

export type CodeReply = ReplyOf<typeof restoreCode>

/** Where the files of a moment shall go. */
export interface CodeChoice {
  target: 'folder' | 'worktree' | 'project' | 'patch'
  /** For `folder` and `worktree`. */
  path: string
  /** For `worktree`; empty leaves it without a branch. */
  branch: string
  includeProbable: boolean
}

export const firstCodeChoice: CodeChoice = { target: 'folder', path: '', branch: '', includeProbable: true }

/** Why there is nothing to plan yet, as a sentence; undefined when the choice is complete. */
export function missingInCode({ target, path }: CodeChoice): string | undefined {
  if (target === 'project' || target === 'patch') return undefined
  if (path.trim() === '') {
    return target === 'folder'
      ? 'Say into which folder; it is made if it is not there.'
      : 'Say where the new worktree shall be; the folder must not be there yet.'
  }
  if (!/^(\/|[A-Za-z]:[\\/])/.test(path.trim())) return 'The folder must be a whole path, such as /home/me/restored.'
  return undefined
}

/** Plans or writes the files of a moment. */
export function runCodeRestore(
  where: { sessionId: string; at: number },
  choice: CodeChoice,
  { signal, ...run }: PlanRun,
): Promise<CodeReply> {
  return call(restoreCode, {
    params: { sessionId: where.sessionId },
    body: { at: String(where.at), target: targetOf(choice), includeProbable: choice.includeProbable, ...run },
    ...(signal ? { signal } : {}),
  })
}

function targetOf({ target, path, branch }: CodeChoice) {
  switch (target) {
    case 'folder':
      return { kind: target, path: path.trim() }
    case 'worktree':
      return { kind: target, path: path.trim(), ...(branch.trim() === '' ? {} : { branch: branch.trim() }) }
    case 'project':
    case 'patch':
      return { kind: target }
  }
}
