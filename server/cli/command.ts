import { createInterface } from 'node:readline/promises'
import type { Call } from './call.ts'
import { CliError, EXIT_CODES, type ExitCode } from './exit-codes.ts'
import type { Server } from './find-server.ts'

/** One command as the help, the README and the program know it. */
export interface CliCommand {
  name: string
  /** Arguments in commander's notation. */
  args: string
  about: string
  /** Flags in commander's notation, and what each does. A flag whose name ends in `...>` may be repeated. */
  options: readonly (readonly [flags: string, about: string])[]
  /** Null where the command works without a server, or is one. */
  run: ((context: Context, given: Given) => Promise<ExitCode>) | null
}

/** What a command was given. Names of options are in camel case. */
export interface Given {
  args: string[]
  options: Record<string, unknown>
}

/** What a command works with. */
export interface Context {
  call: Call
  server: Server
  isJson: boolean
  out: NodeJS.WritableStream
  err: NodeJS.WritableStream
  /** Asks a question to be answered with yes or no; undefined where nobody is there to answer. */
  ask?: (question: string) => Promise<boolean>
}

/** Prints the reply as JSON, or what a person wants to know of it. */
export function show(context: Context, reply: unknown, human: () => string): void {
  context.out.write(`${context.isJson ? JSON.stringify(reply, null, 2) : human()}\n`)
}

/** Asks in the terminal; only `y` and `yes` count. */
export async function askInTerminal(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim())
  } finally {
    lines.close()
  }
}

/** The text of an option that takes one value. */
export function textOption(given: Given, name: string): string | undefined {
  const value = given.options[name]
  return typeof value === 'string' ? value : undefined
}

/** The texts of an option that may be repeated. */
export function listOption(given: Given, name: string): string[] {
  const value = given.options[name]
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : []
}

/** A whole number of at least `least`; throws where something else was given. */
export function countOption(given: Given, name: string, least: number): number | undefined {
  const text = textOption(given, name)
  if (text === undefined) return undefined
  const count = Number(text)
  if (/^\d+$/.test(text) && count >= least) return count
  const flag = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  throw new CliError(EXIT_CODES.usage, `--${flag} must be a whole number of at least ${least}, not “${text}”.`)
}

export function isSet(given: Given, name: string): boolean {
  return given.options[name] === true
}

/** The argument at a place; commander has seen that required ones are there. */
export function argument(given: Given, index: number): string {
  return given.args[index] ?? ''
}
