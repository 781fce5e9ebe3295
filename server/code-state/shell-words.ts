/** One word of a shell command after quotes are taken away. */
export interface Word {
  text: string
  /** False when it holds an expansion (`$x`, `$(…)`, backticks): its value is not known. */
  isLiteral: boolean
  /** True when any part of it was quoted. */
  isQuoted: boolean
  /** True when it holds an unquoted `*`, `?`, `[` or `{`. */
  isPattern: boolean
}

/** Where a simple command's output goes, or its input comes from. */
export interface Redirect {
  operator: '>' | '>>' | '<' | '<<' | '<<<' | '>&' | '&>'
  /** The file descriptor in front of it; 1 for outputs and 0 for inputs when none is written. */
  fd: number
  target: Word
  /** The text of a here-document. */
  body?: string
}

/** One program with its arguments. */
export interface SimpleCommand {
  words: Word[]
  redirects: Redirect[]
  /** What stands before it. `start` for the first of a line. */
  joinedBy: 'start' | '&&' | '||' | ';' | '|' | '&'
  /** Nesting in subshells and groups, 0 at the top. */
  depth: number
  /** Inside a loop or a condition: it ran any number of times, also never. */
  isConditional: boolean
}

const OPENERS = new Set(['if', 'for', 'while', 'until', 'case'])
const CLOSERS = new Set(['fi', 'done', 'esac'])
const SKIPPED = new Set(['then', 'do', 'else', 'elif', '{', '}', '!', 'time', ...OPENERS, ...CLOSERS])

/** What may stand inside double quotes, and in a bare word, without any meaning of its own. */
const DOUBLE_RUN = /[^"\\$`]+/y
const PLAIN_RUN = /[\w./:,=+@%-]+/y
const NESTED_RUN = /[^<\\'(){}]+/y

/** Splits a command line into simple commands. Returns null when the syntax is beyond it. */
export function parseShell(line: string): SimpleCommand[] | null {
  if (line.length > 200_000) return null
  const reader = new Reader(line)
  try {
    return reader.commands()
  } catch (error) {
    if (error instanceof SyntaxProblem) return null
    throw error
  }
}

class SyntaxProblem extends Error {}

class Reader {
  #text: string
  #at = 0
  #depth = 0
  #conditional = 0
  #pending: Redirect[] = []
  #out: SimpleCommand[] = []
  #current: SimpleCommand

  constructor(text: string) {
    this.#text = text
    this.#current = this.#fresh('start')
  }

  commands(): SimpleCommand[] {
    while (this.#at < this.#text.length) this.#step()
    this.#end('start')
    if (this.#depth !== 0) throw new SyntaxProblem('unbalanced parentheses')
    return this.#out
  }

  #step(): void {
    const text = this.#text
    const char = text.charAt(this.#at)
    const two = text.slice(this.#at, this.#at + 2)
    if (char === '\n') {
      this.#at += 1
      this.#end(';')
      this.#readBodies()
    } else if (char === ' ' || char === '\t' || char === '\r') this.#at += 1
    else if (two === '\\\n') this.#at += 2
    else if (char === '#') this.#skipComment()
    else if (two === '&&' || two === '||') this.#operator(two)
    else if (two === '&>') this.#redirect(1, '&>', 2)
    else if (two === ';;') this.#operator(';', 2)
    else if (char === '|') this.#operator('|', text.charAt(this.#at + 1) === '&' ? 2 : 1)
    else if (char === ';' || char === '&') this.#operator(char)
    else if (char === '(') this.#open()
    else if (char === ')') this.#close()
    else if (char === '<' || char === '>') this.#redirect(char === '<' ? 0 : 1)
    else this.#wordOrDescriptor()
  }

  #skipComment(): void {
    const end = this.#text.indexOf('\n', this.#at)
    this.#at = end === -1 ? this.#text.length : end
  }

  #operator(kind: '&&' | '||' | ';' | '|' | '&', length = kind.length): void {
    this.#at += length
    this.#end(kind)
  }

  #open(): void {
    this.#at += 1
    if (this.#current.words.length > 0) throw new SyntaxProblem('a function or an array')
    this.#depth += 1
    this.#current.depth = this.#depth
  }

  #close(): void {
    this.#at += 1
    this.#end(';')
    if (this.#depth === 0) {
      if (this.#conditional === 0) throw new SyntaxProblem('unbalanced parentheses')
      return
    }
    this.#depth -= 1
    this.#current.depth = this.#depth
  }

  #wordOrDescriptor(): void {
    const digits = /^\d(?=[<>])/.exec(this.#text.slice(this.#at, this.#at + 2))
    if (digits) {
      this.#at += 1
      this.#redirect(Number(digits[0]))
      return
    }
    const word = this.#word()
    const isFirst = this.#current.words.length === 0
    if (isFirst && word.isLiteral && SKIPPED.has(word.text)) {
      if (OPENERS.has(word.text)) this.#conditional += 1
      if (CLOSERS.has(word.text)) this.#conditional = Math.max(0, this.#conditional - 1)
      this.#current.isConditional = this.#conditional > 0
      if (word.text === 'for' || word.text === 'case') this.#current.words.push({ ...word, text: ':' })
      return
    }
    this.#current.words.push(word)
  }

  #redirect(fd: number, given?: Redirect['operator'], length = 0): void {
    let operator = given
    if (operator) this.#at += length
    else {
      const match = /^(<<<|<<-?|>>|>&|<&|>\||<>|<|>)/.exec(this.#text.slice(this.#at, this.#at + 3))
      const found = match?.[1]
      if (!found || found === '<>' || found === '<&') throw new SyntaxProblem('an unusual redirection')
      this.#at += found.length
      if (this.#text.charAt(this.#at) === '(') throw new SyntaxProblem('a process substitution')
      operator = found === '<<-' ? '<<' : found === '>|' ? '>' : (found as Redirect['operator'])
    }
    this.#skipBlanks()
    const redirect: Redirect = { operator, fd, target: this.#word() }
    if (operator === '<<') this.#pending.push(redirect)
    this.#current.redirects.push(redirect)
  }

  #skipBlanks(): void {
    while (this.#text.charAt(this.#at) === ' ' || this.#text.charAt(this.#at) === '\t') this.#at += 1
  }

  /** Here-documents begin after the line that names them. */
  #readBodies(): void {
    for (const redirect of this.#pending) {
      const lines: string[] = []
      for (;;) {
        if (this.#at >= this.#text.length) break
        const end = this.#text.indexOf('\n', this.#at)
        const stop = end === -1 ? this.#text.length : end
        const line = this.#text.slice(this.#at, stop)
        this.#at = Math.min(this.#text.length, stop + 1)
        if (line.replace(/^\t+/, '') === redirect.target.text) break
        lines.push(line)
      }
      redirect.body = lines.length === 0 ? '' : `${lines.join('\n')}\n`
    }
    this.#pending = []
  }

  #word(): Word {
    const word: Word = { text: '', isLiteral: true, isQuoted: false, isPattern: false }
    const start = this.#at
    let isQuoted = false
    while (this.#at < this.#text.length) {
      const char = this.#text.charAt(this.#at)
      if (/[\s;&|<>()]/.test(char)) break
      if (char === "'") {
        this.#single(word)
        isQuoted = true
      } else if (char === '"') {
        this.#double(word)
        isQuoted = true
      } else if (char === '\\') {
        word.text += this.#text.charAt(this.#at + 1)
        this.#at += 2
      } else if (char === '$' || char === '`') this.#expansion(word)
      else {
        if (/[*?[{]/.test(char)) word.isPattern = true
        if (char === '~' && word.text === '') word.isLiteral = false
        PLAIN_RUN.lastIndex = this.#at + 1
        const run = char + (PLAIN_RUN.exec(this.#text)?.[0] ?? '')
        word.text += run
        this.#at += run.length
      }
    }
    if (this.#at === start && !isQuoted) throw new SyntaxProblem('a word was expected')
    word.isQuoted = isQuoted
    return word
  }

  #single(word: Word): void {
    const end = this.#text.indexOf("'", this.#at + 1)
    if (end === -1) throw new SyntaxProblem('an open quote')
    word.text += this.#text.slice(this.#at + 1, end)
    this.#at = end + 1
  }

  #double(word: Word): void {
    this.#at += 1
    for (;;) {
      const char = this.#text.charAt(this.#at)
      if (char === '') throw new SyntaxProblem('an open quote')
      if (char === '"') break
      if (char === '\\') {
        const next = this.#text.charAt(this.#at + 1)
        word.text += '"\\$`'.includes(next) ? next : next === '\n' ? '' : `\\${next}`
        this.#at += 2
      } else if (char === '$' || char === '`') this.#expansion(word)
      else {
        DOUBLE_RUN.lastIndex = this.#at
        const run = DOUBLE_RUN.exec(this.#text)?.[0] ?? char
        word.text += run
        this.#at += run.length
      }
    }
    this.#at += 1
  }

  #expansion(word: Word): void {
    const text = this.#text
    const start = this.#at
    const next = text.charAt(start + 1)
    if (text.charAt(start) === '`') {
      const end = text.indexOf('`', start + 1)
      if (end === -1) throw new SyntaxProblem('an open quote')
      this.#at = end + 1
    } else if (next === '(') this.#at = this.#skipNested(start + 1, '(', ')')
    else if (next === '{') this.#at = this.#skipNested(start + 1, '{', '}')
    else if (next === "'") {
      this.#at += 1
      this.#single(word)
      word.isLiteral = false
      return
    } else {
      const name = /^\$([A-Za-z_]\w*|[0-9@*#?$!-])/.exec(text.slice(start, start + 80))
      if (!name) {
        word.text += '$'
        this.#at += 1
        return
      }
      this.#at += name[0].length
    }
    word.text += text.slice(start, this.#at)
    word.isLiteral = false
  }

  /** Finds the end of `$(…)`, stepping over quotes and here-documents well enough for matching brackets. */
  #skipNested(open: number, opener: string, closer: string): number {
    const text = this.#text
    let depth = 0
    let at = open
    while (at < text.length) {
      NESTED_RUN.lastIndex = at
      at += NESTED_RUN.exec(text)?.[0].length ?? 0
      const char = text.charAt(at)
      const here = char === '<' ? /^<<-?\s*(['"]?)(\w+)\1/.exec(text.slice(at, at + 80)) : null
      if (here) {
        const mark = here[2] ?? ''
        const end = new RegExp(`\\n\\s*${mark}\\s*(?=\\n|\\))`).exec(text.slice(at))
        if (!end) throw new SyntaxProblem('an open here-document')
        at += end.index + end[0].length
        continue
      }
      if (char === '\\') at += 1
      else if (char === "'") {
        const end = text.indexOf("'", at + 1)
        if (end === -1) throw new SyntaxProblem('an open quote')
        at = end
      } else if (char === opener) depth += 1
      else if (char === closer) {
        depth -= 1
        if (depth === 0) return at + 1
      }
      at += 1
    }
    throw new SyntaxProblem('an open bracket')
  }

  #end(next: SimpleCommand['joinedBy']): void {
    if (this.#current.words.length > 0 || this.#current.redirects.length > 0) {
      this.#out.push(this.#current)
      this.#current = this.#fresh(next)
    } else if (next !== 'start') this.#current.joinedBy = next
  }

  #fresh(joinedBy: SimpleCommand['joinedBy']): SimpleCommand {
    return { words: [], redirects: [], joinedBy, depth: this.#depth, isConditional: this.#conditional > 0 }
  }
}
