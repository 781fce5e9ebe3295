import { type Candidate, type Collector, cutLine, type Sought, type Told } from './candidate.ts'
import { hasFailed, isRefusal } from './commands.ts'
import { textField } from './field.ts'
import { gistOf } from './gist.ts'
import { keyOfCommand, shownCommand, useOf } from './shell.ts'

interface Failure {
  seq: number
  eventId: string
  what: string
  message: string
  times: number
  fix: string | null
}

/** Errors of the agent's own handling that say nothing about the work. */
const CLUMSY =
  /File has not been read yet|has been modified since read|String to replace not found|Found \d+ matches of the string|File does not exist|EISDIR|exceeds maximum allowed|No such tool|InputValidationError|old_string and new_string|is not a valid|Wasted call|Exit plan mode|timed out after \d+|No task found|was not found in|Claude requested permissions/i

/** Errors of tools and commands, each with what was changed before the same thing went well. */
export class Failures implements Collector {
  #open = new Map<string, Failure>()
  #fixed: Failure[] = []
  #calls = new Map<string, { name: string; summary: string; input: unknown }>()
  #edited: string[] = []

  take(event: Told): void {
    if (event.branch > 0) return
    if (event.kind === 'tool_call' && event.tool) this.#calls.set(event.tool.id, event.tool)
    if (event.kind !== 'tool_result' || !event.result) return
    const call = this.#calls.get(event.result.callId)
    this.#calls.delete(event.result.callId)
    for (const change of event.changes) this.#edited.push(change.path)
    if (!call || isRefusal(event.text)) return

    const command = textField(call.input, 'command')
    const use = command === null ? 'run' : useOf(command)
    if (use === 'look') return
    const key =
      command === null
        ? `${call.name} ${textField(call.input, 'file_path', 'url', 'path') ?? call.summary}`
        : keyOfCommand(command)
    const isBad = command === null ? event.result.isError : hasFailed(event.result, event.text, use)
    if (isBad) this.#failed(event, key, command === null ? `${call.name} ${call.summary}` : shownCommand(command))
    else this.#succeeded(key)
  }

  found(): Candidate[] {
    const last = new Map<string, Failure>()
    for (const failure of [...this.#fixed, ...this.#open.values()].sort((a, b) => a.seq - b.seq)) {
      // The same failure by another command, or after other changes, is the same failure.
      const key = failure.message.replace(/\d+/g, '')
      const before = last.get(key)
      last.set(key, before ? { ...failure, times: before.times + failure.times } : failure)
    }
    return [...last.values()].map(toCandidate)
  }

  begin(): void {
    this.#fixed = []
    this.#open.clear()
    this.#edited = []
  }

  #failed(event: Told, key: string, what: string): void {
    const text = event.text ?? ''
    if (CLUMSY.test(text)) return
    const message = gistOf(text, true)
    if (message === null) return
    const before = this.#open.get(key)
    if (before && before.message !== message) {
      // The same command fails for another reason: what was done in between fixed the first one.
      before.fix = this.#changedFiles()
      this.#fixed.push(before)
    }
    const times = before?.message === message ? before.times + 1 : 1
    this.#open.set(key, { seq: event.seq, eventId: event.id, what, message, times, fix: null })
    if (before?.message !== message) this.#edited = []
  }

  #succeeded(key: string): void {
    const failure = this.#open.get(key)
    if (!failure) return
    failure.fix = this.#changedFiles() ?? 'the same command went well later'
    this.#open.delete(key)
    this.#fixed.push(failure)
    this.#edited = []
  }

  #changedFiles(): string | null {
    const names = [...new Set(this.#edited.map((path) => path.split(/[/\\]/).at(-1) ?? path))]
    if (names.length === 0) return null
    return `after changes to ${names.slice(-4).join(', ')}`
  }
}

function toCandidate(failure: Failure): Candidate {
  const times = failure.times > 1 ? ` (${failure.times} times)` : ''
  return {
    kind: 'error',
    seq: failure.seq,
    eventId: failure.eventId,
    text: cutLine(`${cutLine(failure.what, 90)}: ${failure.message}${times}`, 380),
    sought: soughtOf(failure),
    detail: failure.fix === null ? 'not seen to be solved' : `solved ${failure.fix}`,
    importance: failure.fix === null ? 0.72 : 0.46,
  }
}

/** Of failing tests their names and that they fail; of other errors the words of the message, without places and times. */
function soughtOf({ message, what }: Failure): Sought {
  const names = [...message.matchAll(/--- FAIL: (\w+)|FAILED? \S+::(\w+)/g)].map((at) => at[1] ?? at[2] ?? '')
  const isBare = /ERROR task failed$|^FAIL$/.test(message)
  if (names.length > 0 || isBare) return { kind: 'outcome', use: 'test', command: what, names, isBad: true }
  return { kind: 'words', text: message.replace(/:\d+(?::\d+)?:?|\(\d+(?:\.\d+)?m?s\)/g, ' ') }
}
