import type { Host } from '../adapter.ts'
import { quoteForCmd, quoteForPosix } from '../shared/shell-quote.ts'

/** What to type to go on with a session: the agent finds it by the folder that it is started in. */
export function resumeCommand(nativeId: string, cwd: string | null, host: Host): string {
  const isWindows = host.platform === 'win32'
  const resume = `cursor-agent --resume ${isWindows ? quoteForCmd(nativeId) : quoteForPosix(nativeId)}`
  if (cwd === null) return resume
  return isWindows ? `cd /d ${quoteForCmd(cwd)} && ${resume}` : `cd ${quoteForPosix(cwd)} && ${resume}`
}
