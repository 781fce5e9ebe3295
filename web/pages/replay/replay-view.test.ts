import { flushSync } from 'svelte'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiError } from '../../api/call.ts'
import type { Event } from '../../../server/contract/event.ts'
import type { SessionDetail } from '../../../server/contract/session.ts'
import type { Timeline } from '../../../server/contract/sessions.ts'
import type { CodeFileReply, ReplayApi } from './replay-api.ts'
import { readReplayUrl } from './replay-url.ts'
import { ReplayView } from './replay-view.svelte.ts'

const KINDS = ['prompt', 'answer', 'tool_call', 'tool_result']

/** A server with one session: each word is an event; it can grow. */
class FakeServer {
  kinds: string[]
  branches: number[]
  isLive = false
  asked: string[] = []

  constructor(kinds: string, branches: number[] = []) {
    this.kinds = kinds.split(' ')
    this.branches = branches
  }

  get api(): ReplayApi {
    return {
      getSession: () => Promise.resolve(this.#detail()),
      getTimeline: (after) => {
        this.asked.push(`timeline ${after}`)
        return Promise.resolve(this.#timeline(after))
      },
      listEvents: () => Promise.resolve([] as Event[]),
      find: (q) => Promise.resolve({ items: [{ seq: 1, excerpt: q }], isCut: false }),
      getCode: (at) => {
        this.asked.push(`code ${at}`)
        return Promise.resolve({ at: at === 'uuid-of-3' ? 3 : Number(at), files: [] })
      },
      getCodeFile: (at, path) => {
        this.asked.push(`file ${path} at ${at}`)
        if (path === 'later.ts') return Promise.reject(new ApiError('not_found', 'Nothing is known of it.'))
        return Promise.resolve(fileAt(Number(at), path))
      },
      getCodeDiff: ({ path, from, to }) => {
        this.asked.push(`diff ${path} ${from}..${to}`)
        return Promise.resolve({
          path,
          before: from === '2' ? 'same' : 'old',
          after: 'same',
          added: 0,
          removed: 0,
          patch: '',
        })
      },
    }
  }

  #timeline(after: number): Timeline {
    const later = this.kinds.slice(after + 1)
    const seqOf = (kind: string) => this.kinds.flatMap((name, seq) => (name === kind && seq > after ? [seq] : []))
    return {
      length: this.kinds.length,
      at: later.map((_, index) => 1_000 * (after + 1 + index)),
      kind: later.map((kind) => KINDS.indexOf(kind)),
      kinds: KINDS,
      branch: later.map((_, index) => this.branches[after + 1 + index] ?? 0),
      errors: [],
      context: [],
      edits: seqOf('tool_result').map((seq) => [seq, 0, 1, 0]),
      paths: ['/work/app/src/a.ts'],
      compactions: [],
      commits: [],
      prompts: seqOf('prompt').map((seq) => [seq, 'Do it']),
      results: seqOf('tool_result').map((seq) => [seq - 1, seq]),
    }
  }

  #detail(): SessionDetail {
    const known = { id: 'claude-code:s', projectPath: '/work/app', isLive: this.isLive, events: this.kinds.length }
    return { ...known, sources: [], subagentSessions: [] } as unknown as SessionDetail
  }
}

function fileAt(at: number, path: string): CodeFileReply {
  const source = { kind: 'edit', event: 3, at: null } as const
  const known = {
    path,
    at,
    state: 'present',
    sha256: null,
    bytes: 4,
    confidence: 'exact',
    source,
    changed: true,
  } as const
  return { ...known, text: 'same', changedLines: [], writtenBy: [], writers: [] }
}

async function open(server: FakeServer, query = ''): Promise<ReplayView> {
  const view = new ReplayView(server.api)
  await view.session.load()
  await view.apply(readReplayUrl(new URLSearchParams(query)))
  return view
}

const settle = () => new Promise((done) => setTimeout(done, 5))

describe('a replay', () => {
  it('opens at the end, and a live one follows', async () => {
    const server = new FakeServer('prompt answer tool_call tool_result answer')
    expect((await open(server)).playback.seq).toBe(4)

    server.isLive = true
    const live = await open(server)
    expect(live.playback.isFollowing).toBe(true)
    server.kinds.push('answer')
    await live.session.grow(6)
    expect(live.playback.seq).toBe(5)
  })

  it('opens at the step of an event that the address names by its id', async () => {
    const view = await open(new FakeServer('prompt answer tool_call tool_result answer'), 'at=uuid-of-3')
    expect(view.playback.seq).toBe(2)
    expect(view.playback.moment).toBe(3)
  })

  it('opens the branch that a link points into', async () => {
    const view = await open(new FakeServer('prompt answer answer prompt', [0, 1, 1, 0]), 'at=2')
    expect(view.isBranchOpen(1)).toBe(true)
    expect(view.playback.seq).toBe(2)
  })

  it('shows the file that was edited last at the moment, by its path in the project, unless one was chosen', async () => {
    const view = await open(new FakeServer('prompt tool_call tool_result answer'))
    view.jumpTo(0)
    expect(view.openPath).toBeNull()
    view.jumpTo(1)
    expect(view.openPath).toBe('src/a.ts')
    view.openFile('/work/app/other.ts', 3)
    expect(view.openPath).toBe('other.ts')
    view.pinned = null
    expect(view.openPath).toBe('src/a.ts')
  })

  it('jumps over marks and stays where there is no further one', async () => {
    const view = await open(new FakeServer('prompt tool_call tool_result prompt tool_call tool_result'), 'at=0')
    expect(view.jumpToMark('edits', 1)).toBe(true)
    expect(view.playback.seq).toBe(1)
    expect(view.jumpToMark('prompts', 1)).toBe(true)
    expect(view.playback.seq).toBe(3)
    expect(view.jumpToMark('prompts', 1)).toBe(false)
    expect(view.playback.seq).toBe(3)
    expect(view.jumps).toBe(2)
  })

  it('asks once for what a live session added, however many messages tell of it', async () => {
    const server = new FakeServer('prompt answer')
    const view = await open(server)
    server.kinds.push('answer', 'answer', 'answer')
    await Promise.all([view.session.grow(3), view.session.grow(4), view.session.grow(5)])

    expect(view.session.length).toBe(5)
    expect(server.asked.filter((what) => what.startsWith('timeline'))).toEqual(['timeline -1', 'timeline 1'])
  })
})

describe('code at the moment', () => {
  it('is asked for at the end of the step, once', async () => {
    const server = new FakeServer('prompt tool_call tool_result answer')
    const view = await open(server, 'at=1')
    view.wantCode()
    await settle()
    view.wantCode()
    await settle()

    expect(server.asked.slice(1)).toEqual(['file src/a.ts at 2', 'code 2'])
    expect(view.code.open?.file?.text).toBe('same')
  })

  it('has no content while nothing is known of the file, which is no error', async () => {
    const view = await open(new FakeServer('prompt answer'), 'file=later.ts')
    view.wantCode()
    await settle()

    expect(view.code.open?.file).toBeNull()
    expect(view.code.openError).toBeUndefined()
  })

  it('compares with before the call where the clock puts the event before the result after the change', async () => {
    const server = new FakeServer('prompt answer tool_call tool_result')
    const view = await open(server, 'diff=before&file=src/a.ts')
    view.wantCode()
    await settle()

    expect(server.asked.filter((what) => what.startsWith('diff'))).toEqual(['diff src/a.ts 2..3', 'diff src/a.ts 1..3'])
    expect(view.code.open?.diff?.before).toBe('old')
  })
})

describe('dragging', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('rests when the playhead has not moved for a while, and at once when it is let go', async () => {
    const loading = open(new FakeServer('prompt answer answer answer'))
    await vi.advanceTimersByTimeAsync(10)
    const view = await loading
    view.scrub(1)
    flushSync()
    expect(view.isScrubbing).toBe(true)
    await vi.advanceTimersByTimeAsync(100)
    view.scrub(2)
    await vi.advanceTimersByTimeAsync(100)
    expect(view.isScrubbing).toBe(true)
    await vi.advanceTimersByTimeAsync(200)
    expect(view.isScrubbing).toBe(false)

    view.scrub(3)
    view.rest()
    expect(view.isScrubbing).toBe(false)
    expect(view.playback.position).toBe(3)
  })
})
