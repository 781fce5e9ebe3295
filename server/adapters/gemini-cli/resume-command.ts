import type { Host } from '../adapter.ts'
import { quoteForCmd, quoteForPosix } from '../shared/shell-quote.ts'

/**
 * What to type to go on with a session. The agent finds sessions by an id that their file's name has only the beginning
 * of, and below the folder that it is started in only; from a file it takes any, as a session of its own.
 */
export function resumeCommand(_nativeId: string, cwd: string | null, host: Host, file?: string): string | null {
  if (file === undefined) return null
  const isWindows = host.platform === 'win32'
  const resume = `gemini --session-file ${isWindows ? quoteForCmd(file) : quoteForPosix(file)}`
  if (cwd === null) return resume
  return isWindows ? `cd /d ${quoteForCmd(cwd)} && ${resume}` : `cd ${quoteForPosix(cwd)} && ${resume}`
}
