import type { Told } from './candidate.ts'
import { Losses, type Stretch } from './losses.ts'

type Part = Partial<Told> & Pick<Told, 'kind'>

/** Writes a small session by hand: every call adds one event and answers with its `seq`. */
export class Script {
  readonly events: Told[] = []

  add(part: Part): number {
    const seq = this.events.length
    this.events.push({
      seq,
      id: `e${seq}`,
      at: '2026-09-01T10:00:00.000Z',
      branch: 0,
      parentSeq: seq === 0 ? null : seq - 1,
      text: null,
      tool: null,
      result: null,
      changes: [],
      compaction: null,
      ...part,
    })
    return seq
  }

  prompt(text: string, more: Partial<Told> = {}): number {
    return this.add({ kind: 'prompt', text, ...more })
  }

  answer(text: string): number {
    return this.add({ kind: 'answer', text })
  }

  thinking(text: string): number {
    return this.add({ kind: 'thinking', text })
  }

  /** A tool call and its result. */
  tool(
    name: string,
    input: object,
    outcome: { text?: string; exit?: number; isError?: boolean; changes?: Told['changes'] } = {},
  ): number {
    const id = `call-${this.events.length}`
    const summary = Object.values(input).find((value) => typeof value === 'string') as string | undefined
    const seq = this.add({
      kind: 'tool_call',
      tool: { id, name, summary: summary ?? '', input, resultSeq: null, subagent: null },
    })
    this.add({
      kind: 'tool_result',
      text: outcome.text ?? '',
      changes: outcome.changes ?? [],
      result: {
        callId: id,
        callSeq: null,
        name: null,
        isError: outcome.isError ?? (outcome.exit ?? 0) !== 0,
        exitCode: outcome.exit ?? (outcome.isError ? null : 0),
        images: [],
        persisted: null,
        detail: null,
      },
    })
    return seq
  }

  run(command: string, text: string, exit = 0): number {
    return this.tool('Bash', { command }, { text, exit })
  }

  edit(path: string, added: number, removed: number, content = ''): number {
    const change = { path, change: 'modified' as const, added, removed }
    return this.tool('Edit', { file_path: path, new_string: content }, { changes: [change] })
  }

  compact(summary: string | null, preserved: string[] = []): number {
    const mark = { trigger: 'auto' as const, preTokens: 167_000, postTokens: null, durationMs: null }
    const seq = this.add({ kind: 'compaction', compaction: preserved.length > 0 ? { ...mark, preserved } : mark })
    if (summary !== null) this.add({ kind: 'summary', text: summary })
    return seq
  }
}

/** The stretches of a script, all read at once. */
export function stretchesOf(script: Script, projectPath: string | null = '/w/app'): Stretch[] {
  const losses = new Losses(projectPath)
  for (const event of script.events) losses.take(event)
  return finished(losses.stretches())
}

/** Runs a generator to its end. */
export function finished<Result>(work: Generator<void, Result>): Result {
  for (;;) {
    const step = work.next()
    if (step.done) return step.value
  }
}

/** The items of the first stretch, of one kind when given. */
export function itemsOf(script: Script, kind?: string) {
  const items = stretchesOf(script)[0]?.items ?? []
  return kind === undefined ? items : items.filter((item) => item.kind === kind)
}
