import { type Candidate, type Collector, cutLine, type Sought, type Told } from './candidate.ts'
import { textField } from './field.ts'
import { gistOf } from './gist.ts'
import { type CommandUse, keyOfCommand, shownCommand, useOf } from './shell.ts'

interface Run {
  command: string
  use: CommandUse
  seq: number
  eventId: string
  runs: number
  failures: number
  isBad: boolean
  exit: number | null
  gist: string | null
}

const WEIGHT: Record<CommandUse, number> = {
  test: 0.42,
  build: 0.32,
  check: 0.3,
  share: 0.48,
  git: 0.34,
  install: 0.34,
  run: 0.24,
  look: 0,
}

/** Commands that did or proved something, each once with how its last run ended. */
export class Commands implements Collector {
  #runs = new Map<string, Run>()
  #calls = new Map<string, { seq: number; eventId: string; command: string }>()

  take(event: Told): void {
    if (event.branch > 0) return
    if (event.kind === 'tool_call' && event.tool) {
      const command = textField(event.tool.input, 'command')
      if (command !== null) this.#calls.set(event.tool.id, { seq: event.seq, eventId: event.id, command })
    }
    if (event.kind !== 'tool_result' || !event.result) return
    const call = this.#calls.get(event.result.callId)
    this.#calls.delete(event.result.callId)
    if (call && !isRefusal(event.text)) this.#ran(call, event, event.result)
  }

  found(): Candidate[] {
    return [...this.#runs.values()].map(toCandidate)
  }

  begin(): void {
    this.#runs.clear()
  }

  #ran(
    call: { seq: number; eventId: string; command: string },
    event: Told,
    result: NonNullable<Told['result']>,
  ): void {
    const use = useOf(call.command)
    if (use === 'look') return
    const isBad = hasFailed(result, event.text, use)
    const key = keyOfCommand(call.command)
    const before = this.#runs.get(key)
    this.#runs.set(key, {
      command: call.command,
      use,
      seq: call.seq,
      eventId: call.eventId,
      runs: (before?.runs ?? 0) + 1,
      failures: (before?.failures ?? 0) + (isBad ? 1 : 0),
      isBad,
      exit: result.exitCode,
      gist: gistOf(event.text ?? '', isBad),
    })
  }
}

/** True for a run that failed, also where a pipe hides its exit code. */
export function hasFailed(
  result: { isError: boolean; exitCode: number | null },
  output: string | null,
  use: CommandUse,
): boolean {
  if (result.isError || (result.exitCode ?? 0) !== 0) return true
  if (use !== 'test' && use !== 'build' && use !== 'check') return false
  return /^(?:---\s)?FAIL\b|^FAILED\b|\b[1-9]\d* (?:failed|failing|failures)\b|^error(?:\[\w+\])?:|\bERROR task failed\b|\[build failed\]|^make: \*\*\*|^\S+\.\w+:\d+:\d+: (?!warning)/m.test(
    output ?? '',
  )
}

/** True where a person or the agent's rules kept a call from running. */
export function isRefusal(output: string | null): boolean {
  return /^(?:Error: )?(?:The user doesn['’]t want to|Permission to use|\[Request interrupted|<tool_use_error>(?:Sibling|Cancelled)|Sibling tool call|Cancelled: )/.test(
    output ?? '',
  )
}

function toCandidate(run: Run): Candidate {
  const times = run.runs > 1 ? ` (${run.runs} runs${run.failures > 0 ? `, ${run.failures} failed` : ''})` : ''
  const exit = run.exit === null ? (run.isBad ? 'failed' : 'done') : `exit ${run.exit}`
  return {
    kind: 'command',
    seq: run.seq,
    eventId: run.eventId,
    text: `${cutLine(shownCommand(run.command), 220)}${times}`,
    detail: `${exit === 'exit 0' && run.isBad ? 'failed (exit 0 of a pipe)' : exit}${run.gist === null ? '' : `: ${run.gist}`}`,
    sought: soughtOf(run),
    importance: WEIGHT[run.use] + (run.isBad ? 0.26 : 0) + Math.min(0.05, 0.01 * run.runs),
  }
}

/** What names this run among others: tests, scripts, branches, requests, the first lines of messages. */
function namesOf(run: Run): string[] {
  const command = run.command.slice(0, 2000)
  const names = [
    ...(command.match(/\b(?:Test|test_)\w{4,}|\b\w+_test\.\w+|[\w./-]+\.(?:spec|test)\.\w+|\.\/[\w./-]+\.\w+/g) ?? []),
    ...[
      ...command.matchAll(/\b(?:push|checkout|switch|merge|rebase)\b(?:\s+-\S+)*\s+(?:origin\s+)?([\w./-]{4,})/g),
    ].map((at) => at[1] ?? ''),
    ...(run.gist?.match(/\/(?:pull|issues)\/\d+/g) ?? []).map((at) => `#${at.split('/').at(-1) ?? ''}`),
    ...(run.gist?.match(/(?<=^\[[^\]]* )[0-9a-f]{7,}(?=\])/g) ?? []),
  ]
  return [...new Set(names.map((name) => name.split('/').at(-1) ?? name))]
    .filter((name) => name !== '' && !/^(?:main|master|develop|HEAD|origin)$/.test(name))
    .slice(0, 8)
}

/** Of a deed that failed what it said; of all else what ran and how it ended. */
function soughtOf(run: Run): Sought {
  const isTrial = run.use === 'test' || run.use === 'build' || run.use === 'check'
  if (run.isBad && !isTrial && run.gist !== null) return { kind: 'words', text: run.gist }
  return { kind: 'outcome', use: run.use, command: run.command.slice(0, 300), names: namesOf(run), isBad: run.isBad }
}
