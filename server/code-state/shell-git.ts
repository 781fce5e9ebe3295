import type { Effect } from './effect.ts'
import { readPrintedDiff } from './git-diff.ts'
import { resolvePath } from './paths.ts'
import type { Word } from './shell-words.ts'

/** Subcommands that change no file of the work tree. */
const LOOKING = new Set(
  (
    'status log diff show branch add fetch push remote tag blame grep ls-files ls-tree ls-remote rev-parse rev-list ' +
    'merge-base describe reflog shortlog config cat-file hash-object show-ref for-each-ref check-ignore archive bundle ' +
    'count-objects fsck gc help init version worktree notes update-index update-ref symbolic-ref name-rev range-diff ' +
    'var whatchanged cherry diff-tree diff-index diff-files write-tree commit-tree maintenance bisect-log interpret-trailers'
  ).split(' '),
)

/** Says what one git command did to the files of the work tree. */
export function judgeGit(words: Word[], cwd: string, stdout: string | null = null): Effect[] {
  let at = 0
  let root = cwd
  for (; at < words.length; at += 1) {
    const text = words[at]?.text ?? ''
    if (text === '-C') {
      const folder = words[at + 1]
      if (!folder?.isLiteral) return sweep(cwd)
      root = resolvePath(root, folder.text)
      at += 1
    } else if (text === '-c' || text === '--git-dir' || text === '--work-tree') at += 1
    else if (!text.startsWith('-')) break
  }
  const verb = words[at]?.text ?? ''
  const rest = words.slice(at + 1)
  const flags = new Set(rest.map((word) => word.text))
  if (verb === 'diff') return stdout !== null && showsWorkTree(rest) ? printedDiffs(root, stdout) : []
  if (LOOKING.has(verb)) return []
  switch (verb) {
    case 'commit':
      return [{ kind: 'commit', root }]
    case 'mv':
      return judgeGitMove(rest, root)
    case 'rm':
      return flags.has('--cached')
        ? []
        : perPath(rest, root, (path) => ({ kind: 'delete', path, isTree: flags.has('-r') || flags.has('-rf') }))
    case 'checkout':
      return judgeCheckout(rest, root)
    case 'restore':
      return judgeRestore(rest, root, flags)
    case 'switch':
      return flags.has('-c') || flags.has('-C') ? newBranch(rest, root) : sweep(root)
    case 'reset':
      return flags.has('--hard') || flags.has('--merge') || flags.has('--keep') ? sweep(root) : []
    case 'stash':
      return /^(list|show|drop|clear)$/.test(rest[0]?.text ?? '') ? [] : sweep(root)
    case 'apply':
      return flags.has('--check') || flags.has('--cached') ? [] : sweep(root)
    case 'submodule':
      return flags.has('status') ? [] : sweep(root)
    default:
      return sweep(root)
  }
}

/** `git diff` holds the work tree against something, unless two commits or the index are named. */
function showsWorkTree(words: Word[]): boolean {
  const dashes = words.findIndex((word) => word.text === '--')
  const before = dashes === -1 ? words : words.slice(0, dashes)
  const flags = before.filter((word) => word.text.startsWith('-')).map((word) => word.text)
  const names = before.filter((word) => !word.text.startsWith('-'))
  if (flags.some((flag) => !/^(-U\d*|--unified=\d+|--no-color|--no-ext-diff|-p|--patch|--stat|--minimal)$/.test(flag)))
    return false
  if (names.some((word) => !word.isLiteral || word.text.includes('..'))) return false
  // Two names that do not look like files may be two commits.
  return names.filter((word) => !/[./]/.test(word.text) || word.text.startsWith('origin/')).length < 2
}

function printedDiffs(cwd: string, stdout: string): Effect[] {
  return readPrintedDiff(stdout).map((diff) => ({ kind: 'diff', cwd, diff }))
}

function sweep(root: string): Effect[] {
  return [{ kind: 'sweep', root, endings: null, cause: 'git' }]
}

function judgeGitMove(words: Word[], root: string): Effect[] {
  const names = words.filter((word) => !word.text.startsWith('-'))
  const to = names.at(-1)
  if (!to || names.length < 2 || names.some((word) => !word.isLiteral || word.isPattern)) return sweep(root)
  const isInto = names.length > 2 || to.text.endsWith('/')
  return names
    .slice(0, -1)
    .map((from) => ({ kind: 'move', from: resolvePath(root, from.text), to: resolvePath(root, to.text), isInto }))
}

/** `checkout -- x` and `checkout x.go` bring back files; `checkout <commit> -- x` brings other content; else a branch. */
function judgeCheckout(words: Word[], root: string): Effect[] {
  const dashes = words.findIndex((word) => word.text === '--')
  const flags = words.filter((word) => word.text.startsWith('-'))
  if (flags.some((word) => word.text === '-b' || word.text === '-B')) return newBranch(words, root)
  if (dashes === -1) {
    const names = words.filter((word) => !word.text.startsWith('-'))
    const isFile = names.length > 0 && names.every((word) => /(^\.$|\.[A-Za-z]\w*$)/.test(word.text))
    return isFile ? perPath(names, root, (path) => ({ kind: 'revert', path })) : sweep(root)
  }
  const before = words.slice(0, dashes).filter((word) => !word.text.startsWith('-'))
  const isHead = before.length === 0 || before[0]?.text === 'HEAD'
  return perPath(words.slice(dashes + 1), root, (path) =>
    isHead ? { kind: 'revert', path } : { kind: 'touch', path, cause: 'git' },
  )
}

/** A new branch without a starting point changes no file. */
function newBranch(words: Word[], root: string): Effect[] {
  const names = words.filter((word) => !word.text.startsWith('-'))
  return names.length > 1 && names[1]?.text !== 'HEAD' ? sweep(root) : []
}

function judgeRestore(words: Word[], root: string, flags: Set<string>): Effect[] {
  const isStagedOnly = (flags.has('--staged') || flags.has('-S')) && !flags.has('--worktree') && !flags.has('-W')
  if (isStagedOnly) return []
  const hasSource = words.some((word) => /^(--source|-s)/.test(word.text))
  const names = words.filter((word, index) => !word.text.startsWith('-') && words[index - 1]?.text !== '--source')
  return perPath(names, root, (path) => (hasSource ? { kind: 'touch', path, cause: 'git' } : { kind: 'revert', path }))
}

function perPath(words: Word[], root: string, make: (path: string) => Effect): Effect[] {
  const names = words.filter((word) => !word.text.startsWith('-'))
  if (names.some((word) => !word.isLiteral || word.isPattern)) return sweep(root)
  return names.map((word) => make(resolvePath(root, word.text)))
}
