import type { HookAgent } from '../contract/hooks.ts'

/** What the commands in agents' settings are made of. All paths are absolute. */
export interface CommandParts {
  node: string
  script: string
  dataDir: string
  platform: NodeJS.Platform
}

/**
 * The command that an agent runs. Everything is named in full, because agents run hooks with a path and in folders of
 * their own; when Node or Lossless is not there any more, the shell says nothing and the agent goes on.
 */
export function commandFor(verb: 'hook' | 'statusline', agent: HookAgent, parts: CommandParts): string {
  const { platform } = parts
  const words = [parts.node, parts.script].map((word) => quoted(word, platform))
  const command = [...words, verb, agent, '--data', quoted(parts.dataDir, platform)].join(' ')
  return platform === 'win32' ? command : `${command} 2>/dev/null || true`
}

/** True for a command of any Lossless, also one that was moved since or keeps its data elsewhere. */
export function isOwnCommand(command: unknown): boolean {
  return typeof command === 'string' && /lossless\.mjs["']? +(?:hook|statusline)\b/.test(command)
}

/** In double quotes, which every shell that agents use takes alike. */
function quoted(word: string, platform: NodeJS.Platform): string {
  return `"${platform === 'win32' ? word : word.replaceAll(/[\\"$`]/g, '\\$&')}"`
}
