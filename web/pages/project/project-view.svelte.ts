import { createContext } from 'svelte'
import type { MarkKind, ProjectSession } from '../../../server/contract/projects.ts'
import { CodeMoment } from '../replay/code-moment.svelte.ts'
import { gapAxis } from './gap-axis.ts'
import type { Mark } from './marks.ts'
import type { ProjectApi } from './project-api.ts'
import { ProjectSessions } from './project-sessions.svelte.ts'

/** A playhead that has not moved for so long rests, even while it is still held. */
const REST_MS = 180
const LIST_EVERY_MS = 120

/** Where the playhead is to stand: at an event of a session; null is the end. */
export interface ProjectPlace {
  at: { sessionId: string; seq: number } | null
  file: string | null
  isFollowing: boolean
}

/** Everything that the parts of a project's page share: its sessions, the playhead and the opened file. */
export class ProjectView {
  readonly sessions: ProjectSessions
  readonly code: CodeMoment
  #api: ProjectApi
  /** The mark under the playhead, which keeps it when others come before it. */
  #anchor: { sessionId: string; seq: number; kind: MarkKind } | undefined
  #position = $state(0)
  #isFollowing = $state(false)
  #isScrubbing = $state(false)
  /** Counts what changes the code at moments that were shown before. */
  #changes = $state(0)
  /** The file that the reader chose; null shows the one edited last. */
  pinned = $state<string | null>(null)
  #axis = $derived.by(() => gapAxis(this.sessions.marks.map(({ at }) => at)))
  #editedPath = $derived.by(() => {
    for (let position = this.#position; position >= 0; position--) {
      const file = this.sessions.marks[position]?.files.at(-1)
      if (file) return file.path
    }
    return null
  })
  #lane = $derived.by(() => {
    const session = this.session
    return this.sessions.lanes.findIndex(({ session: { id } }) => id === (session?.parentId ?? session?.id))
  })
  #listAskedAt = 0
  #restTimer: ReturnType<typeof setTimeout> | undefined

  constructor(api: ProjectApi) {
    this.#api = api
    this.code = new CodeMoment(api.code, (seq) => seq)
    this.sessions = new ProjectSessions(api, () => this.#settle())
  }

  get marks(): readonly Mark[] {
    return this.sessions.marks
  }

  /** Where the marks stand along the axis of time. */
  get axis() {
    return this.#axis
  }

  /** The number of the mark under the playhead, from 0. */
  get position(): number {
    return this.#position
  }

  get mark(): Mark | undefined {
    return this.marks[this.#position]
  }

  /** The session of the mark under the playhead. */
  get session(): ProjectSession | undefined {
    return this.sessionOf(this.mark)
  }

  /** The row in which the playhead's mark stands; -1 while there is none. */
  get lane(): number {
    return this.#lane
  }

  /** True while the playhead stays at the end of what grows. */
  get isFollowing(): boolean {
    return this.#isFollowing
  }

  /** True while the playhead is dragged and does not rest: what is costly to draw waits for that. */
  get isScrubbing(): boolean {
    return this.#isScrubbing
  }

  /** The file that is open: the chosen one, else the one edited last at this moment. */
  get openPath(): string | null {
    return this.pinned ?? this.#editedPath
  }

  sessionOf(mark: Mark | undefined): ProjectSession | undefined {
    return mark && this.sessions.sessions[mark.session]
  }

  /** Takes over what an address says. Call it once the sessions are read. */
  apply({ at, file, isFollowing }: ProjectPlace): void {
    this.pinned = file
    const found = at && this.#positionOf(at)
    const isLive = this.sessions.sessions.some((session) => session.isLive)
    if (isFollowing || (at === null && isLive)) this.follow()
    else this.seek(found ?? this.marks.length - 1)
  }

  /** Puts the playhead on a mark, in range. */
  seek(position: number): void {
    this.#isFollowing = false
    this.#put(position)
  }

  /** Goes some marks on or back. */
  step(by: number): void {
    this.seek(this.#position + by)
  }

  /** Goes to the next or previous mark of a kind; stays where there is none. */
  jumpTo(kind: MarkKind, direction: 1 | -1): void {
    for (let position = this.#position + direction; this.marks[position]; position += direction) {
      if (this.marks[position]?.kind === kind) return this.seek(position)
    }
  }

  /** Goes to the mark of another row that is nearest in time; rows without marks are passed over. */
  stepLane(direction: 1 | -1): void {
    const { lanes } = this.sessions
    for (let index = this.lane + direction; lanes[index]; index += direction) {
      const nearest = this.#nearest(lanes[index]?.positions ?? [])
      if (nearest !== undefined) return this.seek(nearest)
    }
  }

  follow(): void {
    this.#isFollowing = true
    this.#put(this.marks.length - 1)
  }

  unfollow(): void {
    this.#isFollowing = false
  }

  /** Puts the playhead on a mark for one frame of a drag. */
  scrub(position: number): void {
    this.#isScrubbing = true
    clearTimeout(this.#restTimer)
    this.#restTimer = setTimeout(() => this.rest(), REST_MS)
    this.seek(position)
  }

  /** The drag is over. */
  rest(): void {
    clearTimeout(this.#restTimer)
    this.#isScrubbing = false
  }

  /** Asks for the files at the playhead, and for the opened one; what is here already costs nothing. */
  wantCode(): void {
    void this.#changes
    const { mark, session } = this
    if (!mark || !session) return
    const at = this.#api.moments.numberOf({ sessionId: session.id, seq: mark.seq })
    this.code.wantFile(this.openPath, at, 'content')
    // The list need not follow every frame of a drag; the text does.
    if (this.#isScrubbing && performance.now() - this.#listAskedAt <= LIST_EVERY_MS) return
    this.#listAskedAt = performance.now()
    this.code.wantList(at)
  }

  close(): void {
    this.rest()
    this.sessions.close()
    this.code.close()
  }

  /** After marks came: the playhead stays on its mark, or at the end. */
  #settle(): void {
    this.code.forget()
    this.#changes++
    if (this.#isFollowing) return this.#put(this.marks.length - 1)
    const anchor = this.#anchor
    if (!anchor) return
    const same = this.marks.findIndex(
      (mark) => mark.seq === anchor.seq && mark.kind === anchor.kind && this.sessionOf(mark)?.id === anchor.sessionId,
    )
    this.#put(same === -1 ? (this.#positionOf(anchor) ?? this.#position) : same)
  }

  #put(position: number): void {
    this.#position = Math.max(0, Math.min(position, this.marks.length - 1))
    const { mark, session } = this
    this.#anchor = mark && session && { sessionId: session.id, seq: mark.seq, kind: mark.kind }
  }

  /** The last mark of a session up to an event. */
  #positionOf({ sessionId, seq }: { sessionId: string; seq: number }): number | undefined {
    const position = this.marks.findLastIndex((mark) => mark.seq <= seq && this.sessionOf(mark)?.id === sessionId)
    return position === -1 ? undefined : position
  }

  #nearest(positions: readonly number[]): number | undefined {
    const { fractions } = this.#axis
    const here = fractions[this.#position] ?? 0
    const distance = (position: number) => Math.abs((fractions[position] ?? 0) - here)
    return positions.reduce<number | undefined>(
      (best, position) => (best === undefined || distance(position) < distance(best) ? position : best),
      undefined,
    )
  }
}

/** `getProject()` while a component of the page is set up. */
export const [getProject, setProject] = createContext<ProjectView>()
