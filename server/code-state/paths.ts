/** Resolves a path as a shell would, without touching the disk. Windows separators become `/`. */
export function resolvePath(cwd: string, path: string): string {
  const clean = (isWindows(path) || isWindows(cwd) ? path.replaceAll('\\', '/') : path) || '.'
  const isAbsolute = clean.startsWith('/') || /^[A-Za-z]:\//.test(clean)
  const base = isWindows(cwd) ? cwd.replaceAll('\\', '/') : cwd
  const whole = isAbsolute ? clean : `${base}/${clean}`
  const out: string[] = []
  for (const part of whole.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..') out.pop()
    else out.push(part)
  }
  const joined = out.join('/')
  return /^[A-Za-z]:/.test(joined) ? joined : `/${joined}`
}

/** Says whether a path is the folder itself or lies below it. */
export function isWithin(path: string, folder: string): boolean {
  if (folder === '/') return true
  return path.startsWith(folder) && (path.length === folder.length || path.charCodeAt(folder.length) === 47)
}

/** The part after the last `/`. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** The ending of a file's name with its dot, in lower case; the whole name where there is none. */
export function endingOf(path: string): string {
  const name = baseName(path)
  const dot = name.lastIndexOf('.')
  return dot > 0 ? name.slice(dot).toLowerCase() : name
}

function isWindows(path: string): boolean {
  return /^[A-Za-z]:[\\/]/.test(path)
}
