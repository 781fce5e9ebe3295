/** One step of a sed script that is simple enough to be repeated here. */
export type SedStep =
  | { kind: 'substitute'; pattern: string; flags: string; replacement: string; which: number; lines: LineRange | null }
  | { kind: 'delete'; lines: LineRange | { pattern: string } }

/** Lines from 1, inclusive; `to` null means the last one. */
export interface LineRange {
  from: number
  to: number | null
}

/** Reads a sed script. Returns null when it uses anything beyond `s` and `d` with line numbers or one pattern. */
export function parseSedScript(script: string, isExtended: boolean): SedStep[] | null {
  const steps: SedStep[] = []
  let rest = script.trim()
  while (rest !== '') {
    const read = readStep(rest, isExtended)
    if (!read) return null
    steps.push(read.step)
    rest = read.rest.replace(/^[\s;]+/, '')
  }
  return steps
}

/** Runs the steps over a file's text. Returns null when a pattern turns out not to be valid. */
export function runSed(text: string, steps: readonly SedStep[]): string | null {
  const endsWithBreak = text.endsWith('\n')
  const lines = (endsWithBreak ? text.slice(0, -1) : text).split('\n')
  const out: string[] = []
  try {
    lines.forEach((line, index) => {
      const changed = runOnLine(line, index + 1, lines.length, steps)
      if (changed !== null) out.push(changed)
    })
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
  return out.length === 0 ? '' : out.join('\n') + (endsWithBreak ? '\n' : '')
}

function runOnLine(line: string, number: number, last: number, steps: readonly SedStep[]): string | null {
  let text = line
  for (const step of steps) {
    if (step.kind === 'delete') {
      const isHit = 'pattern' in step.lines ? new RegExp(step.lines.pattern).test(text) : isIn(step.lines, number, last)
      if (isHit) return null
    } else if (!step.lines || isIn(step.lines, number, last)) text = substitute(text, step)
  }
  return text
}

function isIn(range: LineRange, number: number, last: number): boolean {
  return number >= range.from && number <= (range.to ?? last)
}

function substitute(text: string, step: Extract<SedStep, { kind: 'substitute' }>): string {
  let count = 0
  return text.replace(new RegExp(step.pattern, `g${step.flags}`), (...found: unknown[]) => {
    count += 1
    const whole = String(found[0])
    if (step.which > 0 && count !== step.which) return whole
    return step.replacement.replace(/\\([0-9n&\\])|&/g, (mark, digit: string | undefined) => {
      if (mark === '&') return whole
      if (digit === 'n') return '\n'
      if (digit === '&' || digit === '\\') return digit
      const group = digit === '0' ? whole : found[Number(digit)]
      return typeof group === 'string' ? group : ''
    })
  })
}

function readStep(text: string, isExtended: boolean): { step: SedStep; rest: string } | null {
  const address = /^(\d+)(?:,(\d+|\$))?\s*/.exec(text)
  const lines: LineRange | null = address ? rangeOf(Number(address[1]), address[2]) : null
  const rest = address ? text.slice(address[0].length) : text
  if (lines && rest.startsWith('d')) return { step: { kind: 'delete', lines }, rest: rest.slice(1) }
  if (!lines && rest.startsWith('/')) return readPatternDelete(rest, isExtended)
  if (rest.startsWith('s')) return readSubstitute(rest, isExtended, lines)
  return null
}

function rangeOf(from: number, to: string | undefined): LineRange {
  if (to === undefined) return { from, to: from }
  return { from, to: to === '$' ? null : Number(to) }
}

function readPatternDelete(text: string, isExtended: boolean): { step: SedStep; rest: string } | null {
  const part = readPart(text, 1, '/')
  if (!part || text.charAt(part.end) !== 'd') return null
  const pattern = toJsPattern(part.text, isExtended)
  if (pattern === null) return null
  return { step: { kind: 'delete', lines: { pattern } }, rest: text.slice(part.end + 1) }
}

function readSubstitute(
  text: string,
  isExtended: boolean,
  lines: LineRange | null,
): { step: SedStep; rest: string } | null {
  const mark = text.charAt(1)
  if (mark === '' || /[\sA-Za-z0-9\\]/.test(mark)) return null
  const search = readPart(text, 2, mark)
  const replacement = search ? readPart(text, search.end, mark) : null
  if (!search || !replacement || /\\[ULulE]/.test(replacement.text)) return null
  const tail = /^(g|I|i|\d+)*/.exec(text.slice(replacement.end))?.[0] ?? ''
  const after = text.slice(replacement.end + tail.length)
  if (after !== '' && !/^\s*(;|\n|$)/.test(after)) return null
  const pattern = toJsPattern(search.text, isExtended)
  if (pattern === null) return null
  const number = /\d+/.exec(tail)?.[0]
  const which = number ? Number(number) : tail.includes('g') ? 0 : 1
  const flags = /i/i.test(tail) ? 'i' : ''
  return { step: { kind: 'substitute', pattern, flags, replacement: replacement.text, which, lines }, rest: after }
}

function readPart(text: string, start: number, mark: string): { text: string; end: number } | null {
  let out = ''
  for (let at = start; at < text.length; at += 1) {
    const char = text.charAt(at)
    if (char === mark) return { text: out, end: at + 1 }
    if (char === '\\') {
      const next = text.charAt(at + 1)
      out += next === mark ? next : `\\${next}`
      at += 1
    } else out += char
  }
  return null
}

/** Basic patterns write `\(`, `\+`, `\|` for what JavaScript writes bare, and bare ones for the characters. */
function toJsPattern(pattern: string, isExtended: boolean): string | null {
  if (pattern === '' || /\[[:.=]|\\[<>`'bBwWsS]/.test(pattern)) return null
  if (isExtended) return pattern
  let out = ''
  let isClass = false
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern.charAt(at)
    if (isClass) {
      out += char === '\\' ? '\\\\' : char
      if (char === ']' && !/\[\^?$/.test(out.slice(0, -1))) isClass = false
    } else if (char === '\\') {
      const next = pattern.charAt(at + 1)
      out += /[(){}+?|]/.test(next) ? next : `\\${next}`
      at += 1
    } else if (char === '[') {
      isClass = true
      out += char
    } else if (char === '*' && (out === '' || out === '^')) out += '\\*'
    else out += /[(){}+?|]/.test(char) ? `\\${char}` : char
  }
  return out
}
