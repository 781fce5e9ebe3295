import type { Effect, SweepCause } from './effect.ts'
import { judgeGit } from './shell-git.ts'
import { resolvePath } from './paths.ts'
import { parseSedScript } from './sed.ts'
import type { SimpleCommand, Word } from './shell-words.ts'

/** Where a simple command ran. */
export interface Surroundings {
  cwd: string
  /** The whole command line is this one command, so all output is its own. */
  isAlone: boolean
  /** Its output goes into another command. */
  isPiped: boolean
  stdout: string | null
}

/** Programs that only look, or that write outside of any project. */
const HARMLESS = new Set(
  (
    'ls cat head tail grep egrep fgrep rg ag ack wc sort uniq cut tr awk gawk nl tac rev column jq yq xxd od hexdump strings ' +
    'file stat du df diff cmp comm echo printf pwd which type command whereis date whoami id hostname uname env printenv ' +
    'export unset set alias source . true false test [ [[ : sleep wait kill ps pgrep top lsof ss netstat read exit return ' +
    'tree fd fdfind less more man basename dirname realpath readlink sha256sum shasum md5sum md5 base64 seq expr bc gh ' +
    'curl ping nc dig host ssh open mkdir chmod chown docker kubectl psql sqlite3 redis-cli tput clear history jobs trap ' +
    'local declare shift break continue ulimit umask getconf sw_vers ldd nm otool objdump codesign gpg openssl ' +
    'tokei cloc scc hyperfine lsb_release locale tty fold fmt paste join nproc free uptime ' +
    'pbcopy pbpaste xclip osascript say touch ln rmdir mktemp'
  ).split(' '),
)

/** Programs that run another one given after their own words. */
const WRAPPERS = new Set(['sudo', 'time', 'nice', 'nohup', 'env', 'timeout', 'command', 'exec', 'stdbuf', 'caffeinate'])

const RUNNERS =
  /^(npm|pnpm|yarn|bun|mise|make|just|task|rake|cargo|go|npx|bunx|uv|poetry|pdm|hatch|gradle|gradlew|mvn|dotnet|composer|deno|turbo|nx|lerna|bazel|tox|nox|mix|invoke|inv|flutter|dart|swift|zig|rustup|terraform|tofu|buf)$/

const FORMAT_WORDS =
  /(^|[:_\-/])(fmt|format|formatter|fix|autofix|prettify|tidy|generate|gen|codegen)($|[:_-])|--write|--fix/
const CHECK_WORDS =
  /(^|[:_\-/])(test|tests|lint|check|build|vet|typecheck|types|tsc|clippy|bench|e2e|spec|dup|ci|doc|list|help|version|ls|env|audit|outdated|why|info|view|start|dev|serve|run)($|[:_-])/

const CODE: Record<string, readonly string[]> = {
  go: ['.go'],
  rust: ['.rs'],
  python: ['.py', '.pyi', '.ipynb'],
  web: [
    ...['.js', '.mjs', '.cjs', '.jsx', '.ts', '.mts', '.cts', '.tsx', '.json', '.jsonc', '.css', '.scss', '.less'],
    ...['.html', '.vue', '.svelte', '.md', '.mdx', '.yaml', '.yml', '.graphql'],
  ],
  shell: ['.sh', '.bash'],
  terraform: ['.tf', '.tfvars'],
  dart: ['.dart'],
  swift: ['.swift'],
  ruby: ['.rb', '.rake'],
  elixir: ['.ex', '.exs'],
  jvm: ['.kt', '.kts', '.java', '.scala'],
  c: ['.c', '.h', '.cc', '.cpp', '.hpp', '.m', '.mm'],
}

/** Formatters: the argument that makes them write, and the files that they write. */
const FORMATTERS: Record<string, { writes: RegExp | null; files: readonly string[] }> = {
  gofmt: { writes: /^-[a-z]*w/, files: CODE.go ?? [] },
  goimports: { writes: /^-[a-z]*w/, files: CODE.go ?? [] },
  gofumpt: { writes: /^-[a-z]*w/, files: CODE.go ?? [] },
  gci: { writes: /^write$/, files: CODE.go ?? [] },
  'golangci-lint': { writes: /^(--fix|fmt)$/, files: CODE.go ?? [] },
  rustfmt: { writes: null, files: CODE.rust ?? [] },
  prettier: { writes: /^(--write|-w)$/, files: CODE.web ?? [] },
  eslint: { writes: /^--fix$/, files: CODE.web ?? [] },
  biome: { writes: /^(--write|--apply|--fix)$/, files: CODE.web ?? [] },
  stylelint: { writes: /^--fix$/, files: CODE.web ?? [] },
  black: { writes: null, files: CODE.python ?? [] },
  isort: { writes: null, files: CODE.python ?? [] },
  autopep8: { writes: /^(-i|--in-place)$/, files: CODE.python ?? [] },
  ruff: { writes: /^(format|--fix)$/, files: CODE.python ?? [] },
  shfmt: { writes: /^-[a-z]*w/, files: CODE.shell ?? [] },
  'clang-format': { writes: /^-i$/, files: CODE.c ?? [] },
  ktlint: { writes: /^(-F|--format)$/, files: CODE.jvm ?? [] },
  rubocop: { writes: /^(-a|-A|--auto-correct|--autocorrect)/, files: CODE.ruby ?? [] },
  swiftformat: { writes: null, files: CODE.swift ?? [] },
}

const CHECKERS = new Set(
  'tsc vitest jest pytest mypy pyright golangci-lint shellcheck hadolint gotestsum staticcheck playwright'.split(' '),
)

/** Says what one program with its arguments did to files. Redirections are not its concern. */
export function judgeProgram(command: SimpleCommand, around: Surroundings): Effect[] {
  const words = unwrap(command.words)
  const [program, ...rest] = words
  if (!program) return []
  if (!program.isLiteral) return sweep(around.cwd, null, 'script')
  const name = program.text.slice(program.text.lastIndexOf('/') + 1)
  if (name === 'git') return judgeGit(rest, around.cwd, around.isPiped ? null : around.stdout)
  if (name === 'cat') return judgeCat(rest, command, around)
  if (name === 'rm' || name === 'unlink') return judgeRemove(rest, around.cwd)
  if (name === 'mv' || name === 'cp') return judgeMove(rest, name === 'mv' ? 'move' : 'copy', around.cwd)
  if (name === 'sed') return [...judgeSed(rest, around), ...judgePart(name, rest, command, around)]
  if (name === 'head') return judgePart(name, rest, command, around)
  if (name === 'tee') return named(rest, around.cwd, 'script')
  if (name === 'find') return judgeFind(rest, around.cwd)
  if (name === 'xargs') return judgeXargs(rest, command, around)
  const formatter = FORMATTERS[name]
  if (formatter) return judgeFormatter(rest, formatter, around.cwd)
  if (HARMLESS.has(name)) return []
  if (CHECKERS.has(name)) return sweep(around.cwd, null, 'check')
  if (RUNNERS.test(name)) return judgeRunner(name, rest, around)
  return sweep(around.cwd, null, 'script')
}

function sweep(root: string, endings: readonly string[] | null, cause: SweepCause): Effect[] {
  return [{ kind: 'sweep', root, endings, cause }]
}

/** Takes away `FOO=1`, `sudo`, `timeout 5` and the like. */
function unwrap(words: Word[]): Word[] {
  let at = 0
  for (;;) {
    const word = words[at]
    if (!word) return []
    if (/^[A-Za-z_]\w*\+?=/.test(word.text)) at += 1
    else if (WRAPPERS.has(word.text) && words.length > at + 1) {
      at += 1
      while (/^(-|\d+[smh]?$)/.test(words[at]?.text ?? '')) at += 1
    } else return words.slice(at)
  }
}

function plain(words: Word[]): Word[] {
  const end = words.findIndex((word) => word.text === '--')
  if (end !== -1) return [...words.slice(0, end).filter((word) => !word.text.startsWith('-')), ...words.slice(end + 1)]
  return words.filter((word) => !word.text.startsWith('-') || word.text === '-')
}

/** The named files could have changed; a name that is not known widens it to the folder. */
function named(words: Word[], cwd: string, cause: SweepCause): Effect[] {
  return plain(words).flatMap((word): Effect[] => {
    if (!word.isLiteral) return sweep(cwd, null, cause)
    if (word.isPattern) return sweep(fixedFolder(cwd, word.text), null, cause)
    return [{ kind: 'touch', path: resolvePath(cwd, word.text), cause }]
  })
}

/** The folder in front of the first pattern character. */
function fixedFolder(cwd: string, pattern: string): string {
  const fixed = pattern.slice(0, pattern.search(/[*?[{]/))
  return resolvePath(cwd, fixed.slice(0, fixed.lastIndexOf('/') + 1) || '.')
}

function judgeCat(words: Word[], command: SimpleCommand, around: Surroundings): Effect[] {
  const [file, ...more] = words
  if (!around.isAlone || !file || more.length > 0 || command.redirects.length > 0) return []
  if (!file.isLiteral || file.isPattern || file.text.startsWith('-') || around.stdout === null) return []
  return [{ kind: 'see', path: resolvePath(around.cwd, file.text), text: around.stdout }]
}

/** `head -20 f`, `head -n 20 f`, `sed -n '5,9p' f`: some lines of a file. */
function judgePart(name: string, words: Word[], command: SimpleCommand, around: Surroundings): Effect[] {
  const file = words.at(-1)
  const isReadable = around.isAlone && command.redirects.length === 0 && around.stdout !== null
  if (!isReadable || !file?.isLiteral || file.isPattern || around.stdout === null) return []
  const shape = words
    .slice(0, -1)
    .map((word) => word.text)
    .join(' ')
  const range = name === 'head' ? /^(?:-n ?)?-?\d+$/.exec(shape) : /^-n (\d+)(?:,\d+)?p$/.exec(shape)
  // The last line may have lost its blanks on the way.
  const lines = around.stdout.split('\n').slice(0, -1)
  if (!range || lines.length === 0) return []
  return [
    {
      kind: 'glimpse',
      path: resolvePath(around.cwd, file.text),
      startLine: Number(range[1] ?? 1),
      text: lines.join('\n'),
    },
  ]
}

function judgeRemove(words: Word[], cwd: string): Effect[] {
  const isTree = words.some((word) => /^(-[a-zA-Z]*[rR]|--recursive)/.test(word.text))
  return plain(words).flatMap((word): Effect[] => {
    if (!word.isLiteral || word.isPattern) return named([word], cwd, 'script')
    return [{ kind: 'delete', path: resolvePath(cwd, word.text), isTree }]
  })
}

function judgeMove(words: Word[], kind: 'move' | 'copy', cwd: string): Effect[] {
  const names = plain(words)
  const to = names.at(-1)
  if (!to || names.length < 2) return []
  if (names.some((word) => !word.isLiteral || word.isPattern)) return named(names, cwd, 'script')
  const isInto = names.length > 2 || /(^|\/)\.{0,2}$/.test(to.text)
  return names
    .slice(0, -1)
    .map((from) => ({ kind, from: resolvePath(cwd, from.text), to: resolvePath(cwd, to.text), isInto }))
}

function judgeSed(words: Word[], around: Surroundings): Effect[] {
  const isInPlace = words.some((word) => /^(-[a-zA-Z]*i|--in-place)/.test(word.text) && !word.text.startsWith('-e'))
  if (!isInPlace) return []
  const rest: Word[] = []
  let isExtended = false
  const scripts: Word[] = []
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]
    if (!word) continue
    if (/^-[nErsi]+$/.test(word.text) || /^(-i|--in-place)/.test(word.text)) {
      if (word.text.includes('n')) return named(words.slice(-1), around.cwd, 'script')
      if (/[Er]/.test(word.text.replace(/^--in-place.*|^-i.+/, ''))) isExtended = true
      if (word.text === '-i' && words[at + 1]?.text === '' && words[at + 1]?.isQuoted) at += 1
    } else if (word.text === '-e') {
      const script = words[at + 1]
      if (script) scripts.push(script)
      at += 1
    } else rest.push(word)
  }
  if (scripts.length === 0) {
    const first = rest.shift()
    if (first) scripts.push(first)
  }
  const steps = scripts.flatMap((word) => (word.isLiteral ? (parseSedScript(word.text, isExtended) ?? [null]) : [null]))
  const known = steps.filter((step) => step !== null)
  return rest.flatMap((word): Effect[] => {
    if (!word.isLiteral || word.isPattern || known.length !== steps.length) return named([word], around.cwd, 'script')
    return [{ kind: 'sed', path: resolvePath(around.cwd, word.text), steps: known }]
  })
}

function judgeFind(words: Word[], cwd: string): Effect[] {
  if (!words.some((word) => /^-(delete|exec|execdir|ok|fprint)/.test(word.text))) return []
  const verb = words.findIndex((word) => /^-exec/.test(word.text))
  if (verb !== -1 && HARMLESS.has(words[verb + 1]?.text ?? '')) return []
  return sweep(words[0]?.isLiteral ? resolvePath(cwd, words[0].text) : cwd, null, 'script')
}

function judgeXargs(words: Word[], command: SimpleCommand, around: Surroundings): Effect[] {
  const start = words.findIndex(
    (word, index) => !word.text.startsWith('-') && !/^-[InPLd]$/.test(words[index - 1]?.text ?? ''),
  )
  const inner = judgeProgram(
    { ...command, words: start === -1 ? [] : words.slice(start) },
    { ...around, isAlone: false },
  )
  const isFormat = FORMATTERS[words[start]?.text ?? '']
  if (isFormat) return judgeFormatter([], { ...isFormat, writes: null }, around.cwd)
  const program = words[start]?.text ?? ''
  const changes =
    /^(rm|mv|cp|sed|tee)$/.test(program) && (program !== 'sed' || words.some((word) => /^-.*i/.test(word.text)))
  return changes ? sweep(around.cwd, null, 'script') : inner.filter((effect) => effect.kind !== 'see')
}

function judgeFormatter(
  words: Word[],
  formatter: { writes: RegExp | null; files: readonly string[] },
  cwd: string,
): Effect[] {
  const isCheck = words.some((word) => /^(--check|-l|--list-different|-d|--diff|--check-only)$/.test(word.text))
  const { writes } = formatter
  if (writes ? !words.some((word) => writes.test(word.text)) : isCheck) return []
  const files = plain(words).filter((word) => /[./]/.test(word.text) && !word.text.includes('...'))
  if (files.length === 0 || files.some((word) => !word.isLiteral)) return sweep(cwd, formatter.files, 'format')
  return files.flatMap((word): Effect[] => {
    if (word.isPattern) return sweep(fixedFolder(cwd, word.text), formatter.files, 'format')
    const path = resolvePath(cwd, word.text)
    const isFile = /\.[A-Za-z0-9]+$/.test(word.text) && !/(^|\/)\.{1,2}$/.test(word.text)
    return isFile ? [{ kind: 'touch', path, cause: 'format' }] : sweep(path, formatter.files, 'format')
  })
}

/** Task runners: the task's name says whether it formats or only checks. */
function judgeRunner(name: string, words: Word[], around: Surroundings): Effect[] {
  const { cwd } = around
  const text = words.map((word) => word.text).filter((word) => !/^-[a-zA-Z]/.test(word))
  if (name === 'npx' || name === 'bunx' || (name === 'uv' && text[0] === 'run')) {
    const start = words.findIndex((word) => !word.text.startsWith('-') && word.text !== 'run')
    if (start === -1) return []
    return judgeProgram(
      { words: words.slice(start), redirects: [], joinedBy: 'start', depth: 0, isConditional: false },
      around,
    )
  }
  if (name === 'go') return judgeGo(text, cwd)
  if (name === 'cargo') return judgeCargo(text, words, cwd)
  const flags = words.map((word) => word.text).join(' ')
  if (FORMAT_WORDS.test(text.slice(0, 3).join('/')) || /--(write|fix)\b/.test(flags)) return sweep(cwd, null, 'format')
  if (CHECK_WORDS.test(text.slice(0, 3).join('/'))) return sweep(cwd, null, 'check')
  return sweep(cwd, null, 'script')
}

function judgeGo(text: string[], cwd: string): Effect[] {
  switch (text[0]) {
    case 'fmt':
    case 'fix':
      return sweep(cwd, CODE.go ?? [], 'format')
    case 'mod':
    case 'get':
    case 'work':
      return sweep(cwd, ['.mod', '.sum', '.work'], 'script')
    case 'generate':
      return sweep(cwd, null, 'script')
    case 'build':
    case 'vet':
    case 'doc':
    case 'env':
    case 'list':
    case 'version':
      return []
    default:
      return sweep(cwd, null, 'check')
  }
}

function judgeCargo(text: string[], words: Word[], cwd: string): Effect[] {
  if (text[0] === 'fmt')
    return words.some((word) => word.text === '--check') ? [] : sweep(cwd, CODE.rust ?? [], 'format')
  if (words.some((word) => word.text === '--fix') || text[0] === 'fix') return sweep(cwd, CODE.rust ?? [], 'format')
  if (text[0] === 'add' || text[0] === 'remove' || text[0] === 'update') return sweep(cwd, ['.toml', '.lock'], 'script')
  return sweep(cwd, ['.lock'], 'check')
}
