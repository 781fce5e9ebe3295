/** What a command is for, as far as its words tell. `look` reads only. */
export type CommandUse = 'test' | 'build' | 'check' | 'git' | 'share' | 'install' | 'run' | 'look'

const USES: [CommandUse, RegExp][] = [
  ['test', /\b(?:tests?(?::[\w:-]+)?|vitest|jest|pytest|mocha|rspec|phpunit|ctest|playwright|e2e|unittest|specs?)\b/i],
  [
    'build',
    /\b(?:build|compile|tsc|javac|rustc|make|cmake|webpack|rollup|vite build|cargo check|gradlew?|mvn|go vet)\b/i,
  ],
  [
    'check',
    /\b(?:lint|eslint|golangci-lint|prettier|fmt|format|ruff|mypy|pyright|clippy|svelte-check|shellcheck|typecheck|check)\b/i,
  ],
  [
    'share',
    /\bgh (?:pr|issue|release|repo) (?:create|merge|edit|close|comment|review)|\bgh api\b.*(?:(?:-X|--method) ?(?:POST|PUT|PATCH|DELETE)|\s-[fF] )|\bgit push\b|\b(?:npm|cargo|twine) publish\b/i,
  ],
  [
    'git',
    /\bgit (?:commit|merge|rebase|reset|revert|cherry-pick|checkout|switch|restore|stash|tag|branch -[dDmM]|worktree|mv|rm|pull|clone|init|am|apply)\b/i,
  ],
  [
    'install',
    /\b(?:npm|pnpm|yarn|bun) (?:i|install|ci|add|remove|uninstall)\b|\b(?:pip3?|uv|brew|apt|apt-get|cargo|gem|go) (?:install|add|get)\b|\bgo mod tidy\b/i,
  ],
]

/** Programs that only look. A command of nothing else says nothing that lasts. */
const LOOKING =
  /^(?:mkdir|chmod|touch|git add|cat|head|tail|less|ls|ll|tree|find|fd|grep|rg|ag|ack|sed -n|awk|wc|sort|uniq|cut|tr|diff|cmp|file|stat|du|df|pwd|cd|echo|printf|which|whereis|type|env|date|whoami|uname|jq|xxd|od|hexdump|strings|ps|sleep|true|test|\[|readlink|realpath|basename|dirname|git (?:status|diff|log|show|branch|blame|ls-files|ls-tree|rev-parse|remote|config|cat-file|for-each-ref|reflog|describe|grep|shortlog|rev-list|merge-base|fetch)|gh (?:pr|issue|run|repo|release) (?:view|list|status|checks|diff)|gh (?:api|auth|search))(?:\s|$)/

/** Says what a command is for. */
export function useOf(command: string): CommandUse {
  const parts = partsOf(command)
  const acting = parts.filter((part) => !LOOKING.test(part))
  if (acting.length === 0) return USES[3]?.[1].test(command) ? 'share' : 'look'
  // What stands in a message or a here-document is no program.
  const programs = acting
    .join(' ; ')
    .replace(/<<-?\s*['"]?(\w+)['"]?[\s\S]*?(?:\n\1|$)/g, ' ')
    .replace(/"(?:[^"\\]|\\.)*"|'[^']*'/g, ' ')
  for (const [use, words] of USES) if (words.test(programs)) return use
  return 'run'
}

/** What makes two runs the same command: without folder, output plumbing and spaces. */
export function keyOfCommand(command: string): string {
  const parts = partsOf(command).filter((part) => !/^(?:cd|export|source|echo|sleep|set)\b/.test(part))
  return (parts.length > 0 ? parts.join(' && ') : command)
    .replace(/\s*\d?>&\d|\s*&?\d?>{1,2}\s*\S+/g, '')
    .replace(/\s+-count=\d+|\s+-v\b/g, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 160)
}

/** The command as one line that says what ran. */
export function shownCommand(command: string): string {
  return command
    .replace(/^\s*cd\s+("[^"]*"|\S+)\s*(?:&&|;)\s*/, '')
    .replace(/\s*2>&1/g, '')
    .replace(/\bgit -C \S+ /g, 'git ')
    .replace(/\s+/g, ' ')
    .trim()
}

/** Parts between `&&`, `||`, `;` and line feeds, of each only what stands before the first pipe. Quotes hold together. */
function partsOf(command: string): string[] {
  const parts: string[] = ['']
  let isPiped = false
  for (const [piece] of command.slice(0, 2000).matchAll(PIECE)) {
    if (/^(?:&&|\|\||;|\n)$/.test(piece)) {
      parts.push('')
      isPiped = false
    } else if (piece === '|') isPiped = true
    else if (!isPiped) parts[parts.length - 1] += piece
  }
  return parts.map(bare).filter((part) => part !== '' && !part.startsWith('#'))
}

const PIECE = /"(?:[^"\\]|\\.)*"|'[^']*'|&&|\|\||;|\n|\||[^"'&|;\n]+|[\s\S]/g

/** A program without what is put before it: assignments, `sudo`, `npx`, the folder that git works in. */
function bare(part: string): string {
  return part
    .trim()
    .replace(/^\w+=["']?\$\(/, '')
    .replace(/^(?:[A-Z_][A-Z0-9_]*=\S*\s+)+/, '')
    .replace(/^(?:sudo|time|timeout \S+|npx|command)\s+/, '')
    .replace(/^git -C \S+ /, 'git ')
}
