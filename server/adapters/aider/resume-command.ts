import type { Host } from '../adapter.ts'
import { quoteForCmd, quoteForPosix } from '../shared/shell-quote.ts'
import { forkIdOf } from './locate.ts'

/**
 * What to type to go on with a run. Aider takes up a whole history and no single run of it, so there is a command for
 * forks, which have a history of their own, and for what stands in the project's only together with all other runs.
 */
export function resumeCommand(_nativeId: string, cwd: string | null, host: Host, file?: string): string | null {
  if (file === undefined) return null
  const isWindows = host.platform === 'win32'
  const quote = isWindows ? quoteForCmd : quoteForPosix
  const history = forkIdOf(file) === null ? '' : ` --chat-history-file ${quote(file)}`
  const resume = `aider --restore-chat-history${history}`
  if (cwd === null) return resume
  return isWindows ? `cd /d ${quote(cwd)} && ${resume}` : `cd ${quote(cwd)} && ${resume}`
}
