import type { Host } from '../adapter.ts'
import { quoteForCmd, quoteForPosix } from '../shared/shell-quote.ts'

/** What to type to go on with a session. Before 2.1.223 the agent looked below the folder it was started in only. */
export function resumeCommand(nativeId: string, cwd: string | null, host: Host): string {
  const isWindows = host.platform === 'win32'
  const resume = `claude --resume ${isWindows ? quoteForCmd(nativeId).replace(/^"([\w-]+)"$/, '$1') : quoteForPosix(nativeId)}`
  if (cwd === null) return resume
  return isWindows ? `cd /d ${quoteForCmd(cwd)} && ${resume}` : `cd ${quoteForPosix(cwd)} && ${resume}`
}
