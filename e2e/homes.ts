import { appendFileSync, cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Recorder, type SessionPlan } from '../scripts/demo/recorder.ts'

const demo = fileURLToPath(new URL('../demo/home', import.meta.url))

/** Makes a home without any agent. */
export function emptyHome(folder: string): string {
  mkdirSync(folder, { recursive: true })
  return folder
}

/** Makes a home with the demo's sessions, to be changed freely. */
export function copyDemo(folder: string): string {
  cpSync(demo, folder, { recursive: true })
  return folder
}

/** Where the sessions of a project lie. */
export function projectFolder(home: string, cwd: string): string {
  return join(home, '.claude', 'projects', cwd.replace(/[^A-Za-z0-9]/g, '-'))
}

/** A session that is written to disk line by line, as a running agent does. */
export class GrowingSession {
  readonly recorder: Recorder
  readonly file: string
  #written = 0

  constructor(home: string, plan: Partial<SessionPlan> & { seed: string; cwd: string }) {
    this.recorder = new Recorder(
      {
        branch: 'main',
        version: '2.1.330',
        model: 'claude-sonnet-4-5-20250929',
        startsAt: new Date().toISOString(),
        baseTokens: 12_000,
        density: 0.4,
        ...plan,
      },
      new Map(),
    )
    const folder = projectFolder(home, plan.cwd)
    mkdirSync(folder, { recursive: true })
    this.file = join(folder, `${this.recorder.sessionId}.jsonl`)
  }

  get id(): string {
    return `claude-code:${this.recorder.sessionId}`
  }

  /** Appends what was recorded since the last call; returns when it began to. */
  write(): number {
    const lines = this.recorder.lines.slice(this.#written)
    this.#written = this.recorder.lines.length
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
    const begun = Date.now()
    appendFileSync(this.file, text)
    return begun
  }

  /** Appends bytes that are no record. */
  writeRaw(text: string): void {
    appendFileSync(this.file, text)
  }
}
