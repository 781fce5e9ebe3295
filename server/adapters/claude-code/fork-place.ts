import { posix, win32 } from 'node:path'
import type { ForkRequest, Host } from '../adapter.ts'
import { configDirs } from './locate.ts'

/** Characters of a folder's name before it is cut. */
const LONGEST_NAME = 200

/**
 * Where the agent looks for the fork: beside the session it comes from, or below the folder of a project that has moved.
 * A session of another home goes to the same folder of this one.
 */
export function placeOf(request: ForkRequest, host: Host): { path: string; root: string } {
  const path = host.platform === 'win32' ? win32 : posix
  const source = request.files[0].path
  const dirs = configDirs(host)
  const own = dirs.find((dir) => !path.relative(path.join(dir, 'projects'), source).startsWith('..'))
  const root = path.join(own ?? dirs[0] ?? path.join(host.homeDir, '.claude'), 'projects')
  const folder = request.movedTo === null ? path.basename(path.dirname(source)) : folderNameOf(request.movedTo)
  return { path: path.join(root, folder, `${request.nativeId}.jsonl`), root }
}

/** The folder's name for sessions of a project; seen with paths of 120 to 260 characters in 2.1.197 and 2.1.330. */
export function folderNameOf(cwd: string): string {
  const name = cwd.replace(/[^a-zA-Z0-9]/g, '-')
  if (name.length <= LONGEST_NAME) return name
  let hash = 0
  for (let at = 0; at < cwd.length; at += 1) hash = (hash * 31 + cwd.charCodeAt(at)) | 0
  return `${name.slice(0, LONGEST_NAME)}-${Math.abs(hash).toString(36)}`
}
