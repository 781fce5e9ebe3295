import type { Redirect, SimpleCommand, Word } from './shell-words.ts'
import { parseShell } from './shell-words.ts'
import { resolvePath } from './paths.ts'
import { judgeProgram } from './shell-programs.ts'
import type { Effect } from './effect.ts'

/** A shell command, where it ran, and what is known of its end. */
export interface RunCommand {
  command: string
  cwd: string
  /** Null when cut or not yet known. */
  stdout: string | null
  isError: boolean
  /** The agent recorded itself which files changed: nothing has to be guessed. */
  isRecorded: boolean
}

/** Reads from a command's text what it did to files. What it cannot tell becomes a `touch` or a `sweep`. */
export function readEffects(run: RunCommand): Effect[] {
  const commands = parseShell(run.command)
  if (!commands) return [{ kind: 'sweep', root: run.cwd, endings: null, cause: 'script' }]
  const out: Effect[] = []
  let cwd: string | null = run.cwd
  const outer: (string | null)[] = []
  commands.forEach((command, index) => {
    while (outer.length > command.depth) cwd = outer.pop() ?? cwd
    while (outer.length < command.depth) outer.push(cwd)
    const changed = changedFolder(command, cwd)
    if (changed !== undefined) {
      cwd = changed
      return
    }
    const isCertain = isSure(commands, index, run.isError)
    const effects = cwd === null ? blind(run.cwd) : effectsOf(command, cwd, commands, index, run)
    for (const effect of effects) out.push(...(isCertain ? [effect] : doubt(effect)))
  })
  return out
}

/** `cd x`: the new folder; null when it is not known; undefined for any other command. */
function changedFolder(command: SimpleCommand, cwd: string | null): string | null | undefined {
  const [program, target] = command.words
  if (program?.text !== 'cd' && program?.text !== 'pushd') return program?.text === 'popd' ? null : undefined
  if (!target?.isLiteral || target.isPattern || target.text === '-') return null
  if (cwd === null && !target.text.startsWith('/')) return null
  return resolvePath(cwd ?? '/', target.text)
}

/** Without the folder, every writing command is a guess. */
function blind(cwd: string): Effect[] {
  return [{ kind: 'sweep', root: cwd, endings: null, cause: 'script' }]
}

/** A part of a chain surely ran when it succeeded as a whole and the part is not behind `||` or in a loop. */
function isSure(commands: SimpleCommand[], index: number, isError: boolean): boolean {
  const command = commands[index]
  if (!command || command.isConditional || command.joinedBy === '||') return false
  const next = commands[index + 1]
  if (next?.joinedBy === '||' || command.joinedBy === '&' || next?.joinedBy === '&') return false
  if (!isError) {
    const isEndOfOr = commands.slice(0, index).some((one) => one.joinedBy === '||')
    return !isEndOfOr || command.joinedBy === ';'
  }
  return false
}

/** The same effect when it is not sure that it happened. */
function doubt(effect: Effect): Effect[] {
  switch (effect.kind) {
    case 'see':
    case 'glimpse':
    case 'diff':
    case 'commit':
      return []
    case 'move':
      return [
        { kind: 'touch', path: effect.from, cause: 'script' },
        { kind: 'touch', path: effect.to, cause: 'script' },
      ]
    case 'copy':
      return [{ kind: 'touch', path: effect.to, cause: 'script' }]
    case 'write':
    case 'append':
    case 'delete':
    case 'sed':
      return [{ kind: 'touch', path: effect.path, cause: 'script' }]
    case 'revert':
      return [{ kind: 'touch', path: effect.path, cause: 'git' }]
    case 'touch':
    case 'sweep':
      return [effect]
  }
}

function effectsOf(
  command: SimpleCommand,
  cwd: string,
  commands: SimpleCommand[],
  index: number,
  run: RunCommand,
): Effect[] {
  const isPiped = commands[index + 1]?.joinedBy === '|'
  const out = judgeProgram(command, { cwd, isAlone: commands.length === 1, isPiped, stdout: run.stdout })
  const writes = command.redirects.filter((one) => isFileOutput(one))
  for (const redirect of writes) out.push(redirected(command, redirect, cwd, commands, index))
  if (!run.isRecorded) return out
  return out.filter((effect) => effect.kind !== 'sweep' && effect.kind !== 'touch')
}

function isFileOutput(redirect: Redirect): boolean {
  if (redirect.operator !== '>' && redirect.operator !== '>>' && redirect.operator !== '&>') return false
  return !/^(\/dev\/|&?\d+$)/.test(redirect.target.text)
}

/** `cat <<EOF > f`, `echo x >> f`, `printf '…' > f`; anything else that is redirected is a touch. */
function redirected(
  command: SimpleCommand,
  redirect: Redirect,
  cwd: string,
  commands: SimpleCommand[],
  index: number,
): Effect {
  const { target } = redirect
  if (!target.isLiteral || target.isPattern) {
    return { kind: 'sweep', root: cwd, endings: null, cause: 'script' }
  }
  const path = resolvePath(cwd, target.text)
  const isPiped = command.joinedBy === '|' || commands[index + 1]?.joinedBy === '|'
  const text = redirect.fd === 1 && !isPiped ? printed(command) : null
  if (text === null) return { kind: 'touch', path, cause: 'script' }
  return { kind: redirect.operator === '>>' ? 'append' : 'write', path, text }
}

/** What a command prints, where its words say it. */
export function printed(command: SimpleCommand): string | null {
  const [program, ...rest] = command.words
  if (!program) return ''
  if (program.text === 'cat' && rest.every((word) => word.text === '-')) return hereText(command)
  if (!rest.every((word) => word.isLiteral && !word.isPattern)) return null
  if (program.text === 'echo') return echoed(rest)
  if (program.text === 'printf') return formatted(rest)
  if (program.text === 'true' || program.text === ':') return ''
  return null
}

function hereText(command: SimpleCommand): string | null {
  const here = command.redirects.find((one) => one.operator === '<<')
  if (here?.body !== undefined) return here.target.isQuoted || !/[$`\\]/.test(here.body) ? here.body : null
  const line = command.redirects.find((one) => one.operator === '<<<')
  return line?.target.isLiteral ? `${line.target.text}\n` : null
}

function echoed(words: Word[]): string | null {
  const [first] = words
  if (first?.text === '-n')
    return words
      .slice(1)
      .map((word) => word.text)
      .join(' ')
  if (first && /^-[neE]+$/.test(first.text)) return null
  const text = words.map((word) => word.text).join(' ')
  return text.includes('\\') ? null : `${text}\n`
}

function formatted(words: Word[]): string | null {
  const [format, ...values] = words
  if (!format) return null
  if (format.text === '%s' && values.length === 1) return values[0]?.text ?? null
  if (format.text === '%s\\n') return values.map((word) => `${word.text}\n`).join('')
  if (values.length > 0 || format.text.includes('%') || /\\[^nt\\"]/.test(format.text)) return null
  return format.text.replace(/\\([nt\\"])/g, (_, char: string) => ({ n: '\n', t: '\t' })[char] ?? char)
}
