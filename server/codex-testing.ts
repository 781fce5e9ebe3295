import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

/** A session of Codex for tests, written line by line in the shapes that the client writes. */
export class CodexSession {
  readonly id: string
  readonly #file: string
  readonly #cwd: string
  #now: number
  #calls = 0

  constructor(home: string, { thread, cwd, startsAt }: { thread: string; cwd: string; startsAt: string }) {
    this.id = `codex:${thread}`
    this.#cwd = cwd
    this.#now = Date.parse(startsAt)
    const [year = '', month = '', rest = ''] = startsAt.split('-')
    const folder = join(home, '.codex', 'sessions', year, month, rest.slice(0, 2))
    mkdirSync(folder, { recursive: true })
    this.#file = join(folder, `rollout-${startsAt.slice(0, 19).replaceAll(':', '-')}-${thread}.jsonl`)
    this.#write('session_meta', {
      id: thread,
      timestamp: startsAt,
      cwd,
      originator: 'codex_exec',
      cli_version: '0.118.0',
    })
    this.#write('turn_context', { turn_id: 't1', cwd, model: 'gpt-5.2-codex' })
  }

  /** Lets time pass. */
  wait(seconds: number): this {
    this.#now += seconds * 1000
    return this
  }

  prompt(message: string): this {
    return this.#write('event_msg', { type: 'user_message', message, images: [], local_images: [] })
  }

  answer(text: string): this {
    const content = [{ type: 'output_text', text }]
    return this.#write('response_item', { type: 'message', role: 'assistant', content })
  }

  /** Makes a file. */
  add(path: string, content: string): this {
    return this.#change(path, { type: 'add', content })
  }

  /** Changes a file by a unified diff without a head. */
  update(path: string, diff: string): this {
    return this.#change(path, { type: 'update', unified_diff: diff, move_path: null })
  }

  #change(path: string, change: object): this {
    this.#calls += 1
    // A call's id is told again by forks alone, so no two sessions share one.
    const id = `call_${this.#calls}_of_${this.id.slice(-12)}`
    const input = `*** Begin Patch\n*** End Patch`
    this.#write('response_item', { type: 'custom_tool_call', call_id: id, name: 'apply_patch', input })
    const changes = { [join(this.#cwd, path)]: change }
    const item = { type: 'FileChange', id, changes, status: 'completed', stdout: 'Success.\n', stderr: '' }
    return this.#write('event_msg', { type: 'item_completed', thread_id: this.id, turn_id: 't1', item })
  }

  #write(type: string, payload: object): this {
    appendFileSync(this.#file, `${JSON.stringify({ timestamp: new Date(this.#now).toISOString(), type, payload })}\n`)
    return this
  }
}
