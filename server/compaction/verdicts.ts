import { type Candidate, type Collector, cutLine, type Told } from './candidate.ts'
import { textField } from './field.ts'

const LONGEST = 400

/** How the agent is told that a person refused a tool call. */
const REFUSED =
  /^(?:Error: )?(?:The user doesn['’]t want to (?:proceed|take)|User rejected|The user (?:rejected|denied)|Permission to use .* has been denied|\[Request interrupted by user for tool use\])/i
const USER_SAID = /(?:the user said|user provided the following reason[^:]*|feedback):\s*([\s\S]+)$/i
const ANSWERED = /User has answered your questions?: ?([\s\S]*)/i
const NOTE_OF_AGENT = /\n\s*(?:Note: The user['’]s next message|You can now continue)[\s\S]*$/i

/** What the person decided besides typing prompts: refused tool calls, answers to questions, approved plans, rewinds. */
export class Verdicts implements Collector {
  #found: Candidate[] = []
  #calls = new Map<string, { name: string; summary: string; input: unknown }>()
  #lastRewound = -1

  take(event: Told): void {
    if (event.kind === 'tool_call' && event.tool) this.#calls.set(event.tool.id, event.tool)
    if (event.branch > 0) this.#takeRewound(event)
    else if (event.kind === 'tool_result' && event.result) this.#takeResult(event, event.result)
  }

  found(): Candidate[] {
    return this.#found
  }

  begin(): void {
    this.#found = []
  }

  #takeResult(event: Told, result: NonNullable<Told['result']>): void {
    const call = this.#calls.get(result.callId)
    this.#calls.delete(result.callId)
    const text = event.text ?? ''
    if (result.isError && REFUSED.test(text)) {
      const said = USER_SAID.exec(text)?.[1]?.replace(NOTE_OF_AGENT, '').trim()
      const what = call ? `${call.name} ${call.summary}`.trim() : 'a tool call'
      this.#found.push({
        kind: 'rejected',
        seq: event.seq,
        eventId: event.id,
        text: cutLine(
          said ? `The user refused ${cutLine(what, 120)}: “${said}”` : `The user refused ${cutLine(what, 200)}`,
          LONGEST,
        ),
        detail: said ? cutLine(said, LONGEST) : null,
        sought: said ? { kind: 'words', text: said.slice(0, LONGEST) } : { kind: 'refusal', text: what },
        importance: said ? 0.9 : 0.62,
      })
      return
    }
    if (call?.name === 'AskUserQuestion' && !result.isError) this.#takeAnswers(event, text)
    if (call?.name === 'ExitPlanMode' && !result.isError) this.#takePlan(event, call.input, text)
  }

  #takeAnswers(event: Told, text: string): void {
    const answers = (ANSWERED.exec(text)?.[1] ?? '').replace(NOTE_OF_AGENT, '')
    for (const [, question, answer] of answers.matchAll(/"((?:[^"\\]|\\.)+)"="((?:[^"\\]|\\.)*)"/g)) {
      if (question === undefined || answer === undefined || answer === '') continue
      this.#found.push({
        kind: 'decision',
        seq: event.seq,
        eventId: event.id,
        text: cutLine(`The user chose “${answer}” for: ${question}`, LONGEST),
        detail: null,
        importance: 0.88,
      })
    }
  }

  #takePlan(event: Told, input: unknown, text: string): void {
    const plan = textField(input, 'plan') ?? /## Approved Plan:\s*([\s\S]+)/.exec(text)?.[1]
    if (!plan || !/approved/i.test(text)) return
    this.#found.push({
      kind: 'decision',
      seq: event.seq,
      eventId: event.id,
      text: cutLine(`The user approved the plan: ${plan.replace(/[#*`]/g, '')}`, LONGEST),
      detail: null,
      importance: 0.85,
    })
  }

  /** A person went back: what was asked on the way that was left. */
  #takeRewound(event: Told): void {
    if (event.kind !== 'prompt' || event.text === null || event.text.trim().length < 4) return
    if (this.#lastRewound === event.branch) return
    this.#lastRewound = event.branch
    this.#found.push({
      kind: 'rejected',
      seq: event.seq,
      eventId: event.id,
      text: cutLine(`Rewound: ${event.text}`, LONGEST),
      detail: null,
      importance: 0.6,
    })
  }
}
