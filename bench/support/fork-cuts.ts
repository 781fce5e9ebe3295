/** A place at which a session of the scenario is cut. */
export interface Cut {
  name: string
  /** Id of the event. */
  at: string
  /** True where the agent is expected to compact before it answers. */
  isFull?: boolean
  /** Lines, from and up to, that a rewind left: they are no part of the history at the cut. */
  without?: { from: number; to: number }
}

interface Block {
  type: string
  id?: string
  tool_use_id?: string
  text?: string
}

interface Line {
  uuid?: string
  parentUuid?: string | null
  type?: string
  subtype?: string
  isCompactSummary?: boolean
  message?: { content?: string | Block[] }
}

/** Lines of a session file that are whole. */
export function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '')
}

/** The places of the scripted session: before, inside and after all that makes forking hard. */
export function cutsOf(lines: readonly string[]): Cut[] {
  const records = lines.map((line) => JSON.parse(line) as Line)
  const answers = (text: string): number =>
    found(records, (line) => line.type === 'assistant' && said(line).includes(text))
  const prompts = (text: string): number => found(records, (line) => line.type === 'user' && said(line).includes(text))
  const boundaries = records.flatMap((line, index) => (line.subtype === 'compact_boundary' ? [index] : []))
  const [manual = -1, automatic = -1] = boundaries
  const twoAtOnce = answers('Two calls at once')
  const calls = after(records, twoAtOnce, (line) => blocks(line).some((block) => block.type === 'tool_use'))
  const results = after(records, twoAtOnce, (line) => blocks(line).some((block) => block.type === 'tool_result'))
  const at = (index: number): string => records[index]?.uuid ?? `line ${index} has no id`
  const left = { from: prompts('Change files behind'), to: prompts('After the rewind') }

  return [
    { name: 'the first answer, in the middle of a turn', at: at(answers('I create greet.mjs')) },
    { name: 'the end of the first turn', at: at(answers('BUILD-DONE')) },
    { name: 'a prompt without its answer', at: at(prompts('Add more')) },
    { name: 'parallel calls, none answered', at: at(calls[1] ?? -1) },
    { name: 'parallel calls, one answered', at: at(results[0] ?? -1) },
    { name: 'parallel calls, both answered', at: at(results[1] ?? -1) },
    { name: 'right before the manual compaction', at: at(lastBefore(records, manual)) },
    { name: 'the manual compaction itself', at: at(manual) },
    { name: 'a turn after the manual compaction', at: at(answers('SAY-DONE')) },
    { name: 'right before the automatic compaction', at: at(lastBefore(records, automatic)), isFull: true },
    { name: 'the automatic compaction itself', at: at(automatic) },
    { name: 'the end of the branch that a rewind left', at: at(answers('SHELLWRITE-DONE')) },
    {
      name: 'the end of the branch after the rewind',
      at: at(lastOf(records, (line) => line.type === 'assistant' && said(line).includes('SAY-DONE'))),
      without: left,
    },
  ]
}

/** The lines of the source up to one, without calls that have no result among them, and without what a rewind left. */
export function referenceFor(lines: readonly string[], end: number, cut: Cut): string[] {
  const upTo = lines
    .slice(0, end + 1)
    .filter((_, index) => !cut.without || index < cut.without.from || index >= cut.without.to)
  const answered = new Set(
    upTo.flatMap((line) => blocks(JSON.parse(line) as Line).flatMap((block) => block.tool_use_id ?? [])),
  )
  return upTo.filter((line) =>
    blocks(JSON.parse(line) as Line).every((block) => block.type !== 'tool_use' || answered.has(block.id ?? '')),
  )
}

function found(records: readonly Line[], is: (line: Line) => boolean): number {
  return records.findIndex(is)
}

function lastOf(records: readonly Line[], is: (line: Line) => boolean): number {
  return records.findLastIndex(is)
}

function lastBefore(records: readonly Line[], index: number): number {
  return records.findLastIndex((line, at) => at < index && line.uuid !== undefined)
}

function after(records: readonly Line[], start: number, is: (line: Line) => boolean): number[] {
  return records.flatMap((line, index) => (index > start && is(line) ? [index] : []))
}

function blocks(line: Line): Block[] {
  const content = line.message?.content
  return Array.isArray(content) ? content : []
}

function said(line: Line): string {
  const content = line.message?.content
  return typeof content === 'string'
    ? content
    : blocks(line)
        .map((block) => block.text ?? '')
        .join('\n')
}
