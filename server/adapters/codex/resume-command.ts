import type { Host } from '../adapter.ts'
import { quoteForCmd, quoteForPosix } from '../shared/shell-quote.ts'

/** What to type to go on with a session: the agent finds it by its id from any folder, and works where it is started. */
export function resumeCommand(nativeId: string, cwd: string | null, host: Host): string {
  const resume = `codex resume ${nativeId}`
  if (cwd === null) return resume
  return host.platform === 'win32' ? `cd /d ${quoteForCmd(cwd)} && ${resume}` : `cd ${quoteForPosix(cwd)} && ${resume}`
}
