import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

/** Sessions of Claude Code that nobody had, as large as wanted: the same for the same seed, and no two lines alike. */
export class MadeSessions {
  readonly #folder: string
  readonly #random: () => number
  readonly #words: string[]
  readonly #phrases: string[]
  /** By project: what its files hold. Agents read the same files over and over. */
  readonly #files: string[][][]
  readonly #sessions: MadeSession[]
  #clock = Date.parse('2026-01-05T08:00:00.000Z')

  constructor(home: string, seed: number, sessions: number) {
    this.#folder = join(home, '.claude', 'projects')
    this.#random = randomFrom(seed)
    this.#words = Array.from({ length: 12_000 }, () => this.#word())
    this.#phrases = Array.from({ length: 6000 }, () => this.#phrase())
    this.#files = Array.from({ length: PROJECTS }, () => Array.from({ length: 60 }, () => this.#file()))
    this.#sessions = Array.from({ length: sessions }, (_, number) => {
      const project = join(this.#folder, `-work-project-${number % PROJECTS}`)
      mkdirSync(project, { recursive: true })
      const id = this.#uuid()
      return { id, path: join(project, `${id}.jsonl`), project: number % PROJECTS, last: null, lines: 0 }
    })
  }

  /** How many lines each session has by now. */
  lines(): { id: string; lines: number }[] {
    return this.#sessions.map(({ id, lines }) => ({ id, lines }))
  }

  /** Writes so many bytes, a part of them at the end of each of some sessions chosen by `first` and `count`. */
  grow(bytes: number, { first, count }: { first: number; count: number }): void {
    for (let number = 0; number < count; number++) {
      const session = this.#sessions[(first + number) % this.#sessions.length]
      if (!session) continue
      for (let left = bytes / count; left > 0;) {
        const parts: string[] = []
        let length = 0
        while (length < Math.min(left, 4_000_000)) {
          const line = this.#line(session)
          parts.push(line)
          length += line.length
        }
        session.lines += parts.length
        appendFileSync(session.path, parts.join(''))
        left -= length
      }
    }
  }

  /** Prompts are rare and short, answers have signatures that no compressor makes smaller, results are long and alike. */
  #line(session: MadeSession): string {
    const uuid = this.#uuid()
    this.#clock += 400 + Math.floor(this.#random() * 9000)
    const record: Record<string, unknown> = {
      parentUuid: session.last,
      isSidechain: false,
      userType: 'external',
      cwd: '/home/ada/project',
      sessionId: session.id,
      version: '2.1.240',
      gitBranch: 'main',
      uuid,
      timestamp: new Date(this.#clock).toISOString(),
    }
    const kind = this.#random()
    const call = `toolu_${this.#base64(18)}`
    if (kind < 0.04) Object.assign(record, { type: 'user', message: { role: 'user', content: this.#prose(40) } })
    else if (kind < 0.3) Object.assign(record, this.#answer([{ type: 'text', text: this.#prose(120) }]))
    else if (kind < 0.42) {
      const thinking = {
        type: 'thinking',
        thinking: this.#prose(80),
        signature: this.#base64(200 + Math.floor(this.#random() * 400)),
      }
      Object.assign(record, this.#answer([thinking]))
    } else if (kind < 0.7) {
      const input = { command: `grep -rn ${this.#pick()} src/${this.#pick()}.ts | head`, description: this.#prose(6) }
      Object.assign(record, this.#answer([{ type: 'tool_use', id: call, name: 'Bash', input }]))
    } else {
      const output = this.#seen(session.project)
      const content = [{ tool_use_id: call, type: 'tool_result', content: output, is_error: false }]
      const toolUseResult = { stdout: output, stderr: '', interrupted: false }
      Object.assign(record, { type: 'user', message: { role: 'user', content }, toolUseResult })
    }
    session.last = uuid
    return `${JSON.stringify(record)}\n`
  }

  #answer(content: unknown[]) {
    const usage = {
      input_tokens: 3,
      cache_read_input_tokens: Math.floor(this.#random() * 150_000),
      cache_creation_input_tokens: Math.floor(this.#random() * 4000),
      output_tokens: Math.floor(this.#random() * 900),
    }
    const id = `msg_${this.#base64(18)}`
    const message = { id, type: 'message', role: 'assistant', model: 'claude-sonnet-4-5', content, usage }
    return { type: 'assistant', requestId: `req_${this.#base64(18)}`, message }
  }

  #prose(words: number): string {
    const many = 1 + Math.floor((this.#random() * 2 * words) / 4)
    return Array.from({ length: many }, () => (this.#random() < 0.25 ? this.#pick() : this.#anyOf(this.#phrases))).join(
      ' ',
    )
  }

  #phrase(): string {
    return Array.from({ length: 2 + Math.floor(this.#random() * 5) }, () => this.#pick()).join(' ')
  }

  #file(): string[] {
    return Array.from({ length: 80 + Math.floor(this.#random() * 300) }, () => this.#codeLine())
  }

  /** A part of a file, or what a search found in several; now and then the file has changed since. */
  #seen(project: number): string {
    const files = this.#files[project] ?? []
    const lines = this.#anyOf(files)
    if (this.#random() < 0.2) lines[Math.floor(this.#random() * lines.length)] = this.#codeLine()
    if (this.#random() < 0.3) return Array.from({ length: 25 }, () => this.#anyOf(this.#anyOf(files))).join('\n')
    const from = Math.floor(this.#random() * lines.length * 0.7)
    const shown = lines.slice(from, from + 30 + Math.floor(this.#random() * 120))
    return shown.map((line, number) => `${String(from + number + 1).padStart(6)}\u2192${line}`).join('\n')
  }

  #anyOf<T>(all: readonly T[]): T {
    const random = this.#random()
    return all[Math.floor(all.length * random * random)] as T
  }

  #codeLine(): string {
    const indent = ' '.repeat(2 * Math.floor(this.#random() * 4))
    return `${indent}const ${this.#pick()} = ${this.#pick()}(${this.#pick()}, ${this.#pick()})`
  }

  /** Some words are frequent and most are rare, as in any language. */
  #pick(): string {
    const random = this.#random()
    return this.#words[Math.floor(this.#words.length * random * random * random)] ?? ''
  }

  #word(): string {
    const syllables = 1 + Math.floor(this.#random() * 3)
    const part = () => 'bcdfghklmnprstvw'.charAt(Math.floor(this.#random() * 16)) + 'aeiou'.charAt(this.#random() * 5)
    return Array.from({ length: syllables }, part).join('') + 'bdglmnrst'.charAt(this.#random() * 9)
  }

  #uuid(): string {
    const hex = Array.from({ length: 8 }, () =>
      Math.floor(this.#random() * 65_536)
        .toString(16)
        .padStart(4, '0'),
    )
    return `${hex[0]}${hex[1]}-${hex[2]}-4${hex[3]?.slice(1)}-a${hex[4]?.slice(1)}-${hex[5]}${hex[6]}${hex[7]}`
  }

  #base64(bytes: number): string {
    const noise = Buffer.allocUnsafe(bytes + 4)
    for (let at = 0; at < bytes; at += 4) noise.writeUInt32LE(this.#random() * 4_294_967_296, at)
    return noise.toString('base64', 0, bytes)
  }
}

interface MadeSession {
  id: string
  path: string
  project: number
  last: string | null
  lines: number
}

const PROJECTS = 12

/** Mulberry32: numbers from 0 up to 1. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
