import { devNull } from 'node:os'

/** Arguments with which git reads a repository that is not ours: its own hooks and monitors do not run. */
export function safeGitArgs(folder: string, args: readonly string[]): string[] {
  return ['-c', `core.hooksPath=${devNull}`, '-c', 'core.fsmonitor=false', '-C', folder, ...args]
}

/** Git's own variables would lead it to another repository. Nothing is asked on a terminal, nothing fetched. */
export function gitEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'))
  return {
    ...Object.fromEntries(kept),
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_LAZY_FETCH: '1',
    GIT_OPTIONAL_LOCKS: '0',
  }
}
