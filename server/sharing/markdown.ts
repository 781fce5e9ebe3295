import { FILE_HEADERS_ONLY, formatPatch, structuredPatch } from 'diff'
import type { Event } from '../contract/event.ts'
import type { SharedSession } from '../contract/sharing.ts'
import { eventOf, type ExportRecord, type VersionRecord } from './records.ts'

/** A longer text is cut; the other formats have all of it. */
const LONGEST = 100_000
const PATCH_MS = 40
const MOST_EDITS = 2000

/** A session to read: prompts and answers in full, what the agent did folded below one line each. */
export async function* markdownLines(records: AsyncIterable<ExportRecord>): AsyncGenerator<string, void> {
  const patches = new Patches()
  let sessions = 0
  for await (const record of records) {
    switch (record.kind) {
      case 'session':
        yield* head(record.session, sessions > 0)
        sessions += 1
        break
      case 'version':
        patches.add(record)
        break
      case 'event': {
        const event = eventOf(record.event)
        yield* linesOf(describe(event))
        if (sessions === 1) for (const patch of patches.at(event.seq)) yield* fenced(patch, 'diff')
      }
    }
  }
}

function* head(session: SharedSession, isSubagent: boolean): Generator<string, void> {
  yield isSubagent ? `## Sub-agent: ${inline(session.description ?? session.title)}` : `# ${inline(session.title)}`
  yield ''
  const facts: [string, string | null][] = [
    ['Agent', session.agentType === null ? session.agent : `${session.agent}, ${session.agentType}`],
    ['Project', session.projectPath],
    ['Branch', session.gitBranch],
    ['Models', session.models.join(', ') || null],
    ['From', session.startedAt],
    ['To', session.endedAt],
    ['Started by event', session.callSeq === null ? null : String(session.callSeq)],
  ]
  for (const [name, value] of facts) if (value !== null) yield `- ${name}: ${inline(value)}`
  yield ''
}

function describe(event: Event): Iterable<string> {
  const { kind, text, tool, result } = event
  switch (kind) {
    case 'prompt':
      return [`### Prompt${when(event)}`, '', ...body(text), '']
    case 'answer':
      return [`### Answer${when(event)}`, '', ...body(text), '']
    case 'compaction':
      return ['---', '', `### Compaction${when(event)}`, '', ...folded('The summary that the agent went on with', text)]
    case 'summary':
      return folded('Summary', text)
    case 'thinking':
      return folded('Thinking', text)
    case 'tool_call':
      return tool === null ? [] : folded(`${tool.name}: ${tool.summary}`, readable(tool.input))
    case 'tool_result': {
      const outcome = result?.isError ? 'failed' : 'result'
      const exit = result?.exitCode == null ? '' : `, exit ${result.exitCode}`
      return folded(`${result?.name ?? 'Tool'}: ${outcome}${exit}`, text)
    }
    case 'command':
    case 'notice':
      return folded(kind === 'command' ? 'Command' : 'Notice', text)
    // What the agent tells itself is in the other formats.
    case 'microcompaction':
    case 'hook':
    case 'attachment':
    case 'progress':
    case 'unknown':
      return []
  }
}

function when({ at }: Event): string {
  return at === null ? '' : ` · ${at.replace('T', ' ').slice(0, 19)}`
}

/** Markdown of a prompt or an answer: headings go below ours, HTML is text, and a picture is a link that nobody follows. */
function body(text: string | null): string[] {
  const lines: { text: string; isCode: boolean }[] = []
  let fence: string | null = null
  for (const line of cut(text ?? '').split('\n')) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1]
    const isEnd = fence !== null && mark !== undefined && mark.startsWith(fence) && line.trim() === mark
    lines.push({ text: line, isCode: fence !== null || mark !== undefined })
    if (isEnd) fence = null
    else fence ??= mark ?? null
  }
  const plain = lines.filter(({ isCode }) => !isCode)
  const isSure = plain.every((line) => hasWholeSpans(line.text))
  const shown = lines.map((line) => (line.isCode ? line.text : asText(line.text, isSure)))
  return fence === null ? shown : [...shown, fence]
}

/** True when each span of code in a line begins and ends in it, whatever stands around. */
function hasWholeSpans(line: string): boolean {
  return !/``|\\`/.test(line) && (line.split('`').length - 1) % 2 === 0
}

function asText(line: string, areSpansSure: boolean): string {
  const lowered = line.replace(/^ {0,3}(#{1,6})(?= )/, (_, marks: string) => '#'.repeat(Math.min(6, marks.length + 3)))
  return lowered.replace(areSpansSure ? /`[^`]*`|<|!\[/g : /<|!\[/g, (found) =>
    found === '<' ? '&lt;' : found === '![' ? '!\\[' : found,
  )
}

function folded(title: string, text: string | null): string[] {
  const escaped = escapeHtml(oneLine(title))
  if (text === null || text.trim() === '') return [`<p>${escaped}</p>`, '']
  return [`<details><summary>${escaped}</summary>`, '', ...fenced(text, ''), '</details>', '']
}

/** A block of code whose fence is longer than any in it. */
function fenced(text: string, language: string): string[] {
  const content = cut(text).replace(/\n$/, '')
  const longest = [...content.matchAll(/`{3,}/g)].reduce((most, [run]) => Math.max(most, run.length), 2)
  const fence = '`'.repeat(longest + 1)
  return [`${fence}${language}`, ...content.split('\n'), fence, '']
}

function readable(input: unknown): string {
  if (typeof input !== 'object' || input === null) return input === null || input === undefined ? '' : String(input)
  return Object.entries(input)
    .map(([name, value]) => {
      const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2)
      return text.includes('\n') ? `${name}:\n${text}` : `${name}: ${text}`
    })
    .join('\n')
}

function cut(text: string): string {
  return text.length <= LONGEST
    ? text
    : `${text.slice(0, LONGEST).toWellFormed()}\n… ${text.length - LONGEST} more characters`
}

function inline(text: string): string {
  return oneLine(text).replace(/[\\`*_[\]<>#|]/g, (mark) => `\\${mark}`)
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > 300 ? `${line.slice(0, 299).toWellFormed()}…` : line
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

function* linesOf(lines: Iterable<string>): Generator<string, void> {
  for (const line of lines) yield* line.split('\n')
}

/** What changed in files, by event. What stood there before the first event is no change. */
class Patches {
  readonly #patches = new Map<number, string[]>()
  #path: string | null = null
  #before: string | null = null

  add({ path, seq, state, text }: VersionRecord): void {
    const before = path === this.#path ? this.#before : ''
    this.#path = path
    this.#before = state === 'deleted' ? '' : text
    if (seq < 0 || before === null || this.#before === null) return
    const patch = patchOf(path, before, this.#before)
    const list = this.#patches.get(seq)
    if (list) list.push(patch)
    else this.#patches.set(seq, [patch])
  }

  /** Taken once. */
  at(seq: number): string[] {
    const found = this.#patches.get(seq) ?? []
    this.#patches.delete(seq)
    return found
  }
}

function patchOf(path: string, before: string, after: string): string {
  const found = structuredPatch(path, path, before, after, undefined, undefined, {
    context: 3,
    maxEditLength: MOST_EDITS,
    timeout: PATCH_MS,
  })
  if (!found) return `--- ${path}\n+++ ${path}\n(too much of it is new to be shown)`
  return formatPatch(found, FILE_HEADERS_ONLY)
}
