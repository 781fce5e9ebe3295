import { resolvePath } from '../../code-state/paths.ts'

/** An absolute path; null when it is told relative to a folder that no record has named. */
export function placeOf(path: string | null, folder: string | null): string | null {
  if (path === null) return null
  const plain = withoutScheme(path)
  if (/^(?:\/|[A-Za-z]:[\\/])/.test(plain)) return resolvePath('/', plain)
  return folder === null ? null : resolvePath(folder, plain)
}

/** Newer versions write some folders as addresses: `file:///w/app`. */
export function withoutScheme(path: string): string {
  if (!path.startsWith('file://')) return path
  try {
    return decodeURIComponent(new URL(path).pathname).replace(/^\/(?=[A-Za-z]:\/)/, '')
  } catch {
    return path
  }
}
