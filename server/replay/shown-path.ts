import { isWithin, resolvePath } from '../code-state/paths.ts'

/** Relative to the project where inside it, else absolute. */
export function shownPath(projectPath: string | null, path: string): string {
  if (projectPath === null || projectPath === path || !isWithin(path, projectPath)) return path
  return path.slice(projectPath === '/' ? 1 : projectPath.length + 1)
}

/** The recorded path that a shown one stands for. */
export function absolutePath(projectPath: string | null, shown: string): string {
  return resolvePath(projectPath ?? '/', shown)
}
