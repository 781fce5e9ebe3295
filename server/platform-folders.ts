import { posix, win32 } from 'node:path'

/** What decides where a platform wants files to lie. */
export interface Machine {
  platform: NodeJS.Platform
  env: Record<string, string | undefined>
  homeDir: string
}

/** Where the platform wants an application's lasting data. */
export function dataFolder({ platform, env, homeDir }: Machine): string {
  switch (platform) {
    case 'win32':
      return win32.join(env['LOCALAPPDATA'] ?? win32.join(homeDir, 'AppData', 'Local'), 'Lossless')
    case 'darwin':
      return posix.join(homeDir, 'Library', 'Application Support', 'Lossless')
    default:
      return posix.join(absoluteOr(env['XDG_DATA_HOME'], posix.join(homeDir, '.local', 'share')), 'lossless')
  }
}

/** Where the platform wants files that may be deleted at any time. */
export function cacheFolder(name: string, { platform, env, homeDir }: Machine): string {
  switch (platform) {
    case 'win32':
      return win32.join(env['LOCALAPPDATA'] ?? win32.join(homeDir, 'AppData', 'Local'), 'Cache', name)
    case 'darwin':
      return posix.join(homeDir, 'Library', 'Caches', name)
    default:
      return posix.join(absoluteOr(env['XDG_CACHE_HOME'], posix.join(homeDir, '.cache')), name)
  }
}

/** The XDG rule: a relative path in these variables is to be ignored. */
function absoluteOr(path: string | undefined, otherwise: string): string {
  return path !== undefined && posix.isAbsolute(path) ? path : otherwise
}
