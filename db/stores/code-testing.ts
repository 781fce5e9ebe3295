import type { FileOp } from '../../server/code-state/file-op.ts'
import { CodeRecorder, type RecordedEvent } from '../../server/code-state/recorder.ts'
import type { Sqlite } from '../client.ts'
import { createTemporaryDatabases, type TemporaryDatabases } from '../testing.ts'
import { CodeReader, type FileAtMoment } from './code-reader.ts'
import { CodeStore } from './code-store.ts'

export const MINUTE = 60_000
export const START = Date.UTC(2026, 0, 1)
export const FILE = '/p/a.ts'

/** A recorder and a reader on an empty index of their own. */
export class CodeWorld {
  readonly recorder: CodeRecorder
  readonly reader: CodeReader
  /** Backups that sessions may name, by path. */
  readonly companions: Record<string, string> = {}
  readonly #databases: TemporaryDatabases = createTemporaryDatabases()

  constructor() {
    this.recorder = this.freshRecorder()
    this.reader = this.freshReader()
  }

  get index(): Sqlite {
    return this.#databases.index
  }

  /** A recorder that remembers nothing, as after a restart. */
  freshRecorder(): CodeRecorder {
    return new CodeRecorder(new CodeStore(this.index), (path) => {
      const text = this.companions[path]
      return text === undefined ? null : Buffer.from(text)
    })
  }

  freshReader(): CodeReader {
    return new CodeReader(this.index)
  }

  session(key: number, startMinute = 0): TestSession {
    return new TestSession(this, key, START + startMinute * MINUTE)
  }

  addEvent(session: number, seq: number, at: number | null): void {
    this.index
      .prepare(
        'INSERT INTO events (session_key, seq, id, at, kind, generation_id, offset, length, part) VALUES (?, ?, ?, ?, ?, 0, 0, 0, 0)',
      )
      .run(session, seq, `e-${session}-${seq}`, at, 'tool_result')
  }

  close(): void {
    this.#databases.close()
  }
}

/** A session whose every step is a call with its result, one minute after the other. */
export class TestSession {
  readonly #world: CodeWorld
  readonly #key: number
  readonly #from: number
  #seq = 0

  constructor(world: CodeWorld, key: number, from: number) {
    this.#world = world
    this.#key = key
    this.#from = from
  }

  /** Records a result and returns its `seq`. */
  did(result: FileOp[], more: { asked?: FileOp[]; isError?: boolean; call?: string; minute?: number } = {}): number {
    const callId = more.call ?? `call-${this.#key}-${this.#seq}`
    const at = this.#from + (more.minute ?? this.#seq) * MINUTE
    const seq = this.#seq + 1
    this.#record({ seq: this.#seq, at, callId, isResult: false, isError: false, ops: more.asked ?? [] })
    this.#record({ seq, at, callId, isResult: true, isError: more.isError ?? false, ops: result })
    this.#seq += 2
    return seq
  }

  /** Records a shell command in `/p` and returns the `seq` of its result. */
  ran(
    command: string,
    output: { stdout?: string; isError?: boolean; isRecorded?: boolean; also?: FileOp[] } = {},
  ): number {
    const isRecorded = output.isRecorded ?? false
    const told = { op: 'output', stdout: output.stdout ?? '', isPartial: false, isRecorded } as const
    return this.did([told, ...(output.also ?? [])], {
      asked: [{ op: 'run', command, cwd: '/p' }],
      isError: output.isError ?? false,
    })
  }

  at(seq: number, path = FILE): FileAtMoment | undefined {
    return this.#world.reader.fileAt({ session: this.#key, seq }, path)
  }

  textAt(seq: number, path = FILE): string | null {
    return this.#world.reader.textAt({ session: this.#key, seq }, path)
  }

  #record(event: Omit<RecordedEvent, 'id'>): void {
    this.#world.addEvent(this.#key, event.seq, event.at)
    const id = `e-${this.#key}-${event.seq}`
    this.#world.recorder.record({ key: this.#key, id: `s${this.#key}` }, [{ id, ...event }])
  }
}

export function write(after: string, before?: string | null, path = FILE): FileOp {
  return { op: 'write', path, after, by: 'write', ...(before === undefined ? {} : { before }) }
}

export function edit(before: string, old: string, next: string, path = FILE): FileOp {
  return { op: 'patch', path, before, hunks: [], replace: [{ old, new: next, all: false }], by: 'edit' }
}

/** An edit of a file whose content before it was not recorded. */
export function blindEdit(old: string, next: string): FileOp {
  return { op: 'patch', path: FILE, hunks: [], replace: [{ old, new: next, all: false }], by: 'edit' }
}

export function seen(content: string | null, path = FILE): FileOp {
  return { op: 'observe', path, content, by: 'read' }
}
