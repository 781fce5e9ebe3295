/** Whose words a line of a history holds. `blank` belongs to what stands around it. */
export type Channel = 'header' | 'user' | 'tool' | 'assistant' | 'blank'

const HEADER = /^# aider chat started at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\s*$/
const FENCE = /^\s*(`{3,}|~{3,})(.*)$/
/** The first thing that Aider says after an answer. */
const AFTER_ANSWER = /^> Tokens: \S+ sent/

/**
 * Tells a line's channel by how Aider writes it: lines of the user and of Aider itself end with two spaces, so that a
 * heading or a quotation in an answer is none of them.
 */
export function channelOf(line: string): Channel {
  if (line.trim() === '') return 'blank'
  if (HEADER.test(line)) return 'header'
  const isMarked = line.endsWith('  ')
  if (isMarked && /^####(?: |$)/.test(line)) return 'user'
  if (isMarked && line.startsWith('> ')) return 'tool'
  return 'assistant'
}

/** Follows an answer line by line, and says which lines still belong to it. */
export class AnswerLines {
  #fence: string | null = null
  #isInBlock = false
  #isAfterBlank = false

  /** True when the answer is over before this line. */
  endsBefore(line: string): boolean {
    const channel = channelOf(line)
    if (channel === 'assistant' || channel === 'blank' || !this.#isAfterBlank) return false
    const isOpen = this.#fence !== null || this.#isInBlock
    return !isOpen || channel === 'header' || AFTER_ANSWER.test(line)
  }

  take(line: string): void {
    this.#isAfterBlank = line.trim() === ''
    if (/^<{5,9} SEARCH/.test(line)) this.#isInBlock = true
    else if (/^>{5,9} REPLACE/.test(line)) this.#isInBlock = false
    if (this.#isInBlock) return
    const [, marks, rest = ''] = FENCE.exec(line) ?? []
    if (marks === undefined) return
    if (this.#fence === null) this.#fence = marks
    else if (marks.startsWith(this.#fence) && rest.trim() === '') this.#fence = null
  }
}
