/* eslint-disable svelte/prefer-svelte-reactivity -- made anew, never changed */
import { createContext } from 'svelte'
import { CodeMoment } from './code-moment.svelte.ts'
import { Find } from './find.svelte.ts'
import type { KindGroup } from './kinds.ts'
import { Playback } from './playback.svelte.ts'
import type { ReplayApi } from './replay-api.ts'
import { ReplaySession } from './replay-session.svelte.ts'
import type { CodeMode, ReplayDialog, ReplayUrl } from './replay-url.ts'
import { buildTrack, nextIn, Track } from './track.ts'

/** What one can jump to. `fileEdits` are the edits of the opened file. */
export type MarkKind = 'prompts' | 'edits' | 'fileEdits' | 'errors' | 'compactions' | 'commits' | 'hits'

/** A playhead that has not moved for so long rests, even while it is still held. */
const REST_MS = 180

const LIST_EVERY_MS = 120

const NO_TRACK = new Track([], new Map())
const NO_BRANCHES: ReadonlySet<number> = new Set()

/** Everything that the panes of one replay share: the session, the moment, the filter and the opened file. */
export class ReplayView {
  readonly session: ReplaySession
  readonly code: CodeMoment
  readonly find: Find
  readonly playback: Playback
  #api: ReplayApi
  #parent: ReplayView | undefined
  #inner = $state.raw<ReplayView>()
  #openBranches = $state.raw(NO_BRANCHES)
  #jumps = $state(0)
  groups = $state.raw<ReadonlySet<KindGroup>>(new Set())
  mode = $state<CodeMode>('content')
  /** The file that the reader chose; null lets the code pane follow the edits. */
  pinned = $state<string | null>(null)
  #dialog = $state.raw<ReplayDialog | null>(null)
  #isScrubbing = $state(false)
  #listAskedAt = 0
  #restFrame = 0
  #restTimer: ReturnType<typeof setTimeout> | undefined

  #track = $derived.by(() => {
    const { timeline } = this.session
    return timeline ? buildTrack(timeline, { groups: this.groups, openBranches: this.#openBranches }) : NO_TRACK
  })
  #paths = $derived.by(() => {
    const project = this.session.detail?.projectPath
    return (this.session.timeline?.paths ?? []).map((path) => relativeTo(project, path))
  })
  #editedPath = $derived.by(() => {
    const edits = this.session.timeline?.edits ?? []
    const last = edits.findLast(([seq]) => seq <= this.playback.moment)
    return last ? (this.#paths[last[1]] ?? null) : null
  })
  #marks = $derived.by(() => {
    const timeline = this.session.timeline
    const track = this.#track
    return {
      prompts: track.positionsOf(timeline?.prompts.map(([seq]) => seq) ?? []),
      edits: track.positionsOf(timeline?.edits.map(([seq]) => seq) ?? []),
      errors: track.positionsOf(timeline?.errors ?? []),
      compactions: track.positionsOf(timeline?.compactions.map(({ seq }) => seq) ?? []),
      commits: track.positionsOf(timeline?.commits ?? []),
    }
  })
  #hits = $derived.by(() => this.#track.positionsOf(this.find.hits.filter((seq) => this.#track.shows(seq))))

  /** With `parent`, the view of a sub-agent's track that is open inside another replay. */
  constructor(api: ReplayApi, parent?: ReplayView) {
    this.#api = api
    this.#parent = parent
    this.session = new ReplaySession(api)
    this.code = new CodeMoment(api, (seq) => this.#track.stepAt(this.#track.positionOf(seq))?.seq ?? seq)
    this.find = new Find(api.find)
    this.playback = new Playback({
      track: () => this.#track,
      timeOf: (seq) => this.session.timeOf(seq),
    })
  }

  /** The view whose moment files and code show: an open track of a sub-agent that was clicked last, else this one. */
  get focus(): ReplayView {
    return this.#inner ?? this
  }

  /** True for the track of a sub-agent inside another replay. */
  get isInner(): boolean {
    return this.#parent !== undefined
  }

  /** What stands over the replay. */
  get dialog(): ReplayDialog | null {
    return this.#dialog
  }

  get track(): Track {
    return this.#track
  }

  /** The file in the code pane: the chosen one, else the one edited last at this moment. */
  get openPath(): string | null {
    return this.pinned ?? this.focus.#editedPath
  }

  /** Positions of what the scrubber marks. */
  get marks(): Readonly<Record<Exclude<MarkKind, 'fileEdits' | 'hits'>, readonly number[]>> {
    return this.#marks
  }

  /** Positions of what the find bar found. */
  get hits(): readonly number[] {
    return this.#hits
  }

  /** Counts moves that deserve an entry in the browser's history. */
  get jumps(): number {
    return this.#jumps
  }

  /** True while the playhead is dragged and does not rest: what is costly to draw waits for that. */
  get isScrubbing(): boolean {
    return this.#isScrubbing
  }

  /** Asks how the session would be cut after an event; without one after the step that is shown. */
  fork(at = this.playback.moment): void {
    this.#dialog = { kind: 'fork', at }
  }

  /** Asks in which agent the session shall go on after an event; without one after the step that is shown. */
  handOff(at = this.playback.moment): void {
    this.#dialog = { kind: 'handoff', at }
  }

  /** Asks where the files of a moment shall go; without one of the moment that is shown. */
  restoreCode(at = this.playback.moment): void {
    this.#dialog = { kind: 'code', at }
  }

  /** Asks where the session itself shall go. */
  restoreSession(): void {
    this.#dialog = { kind: 'restore' }
  }

  /** Shows what an export of the session takes out. */
  exportSession(): void {
    this.#dialog = { kind: 'export' }
  }

  /** Shows what a redaction takes out of the session. */
  redactSession(): void {
    this.#dialog = { kind: 'redact' }
  }

  closeDialog(): void {
    this.#dialog = null
  }

  isBranchOpen(branch: number): boolean {
    return this.#openBranches.has(branch)
  }

  toggleBranch(branch: number): void {
    const open = new Set(this.#openBranches)
    if (!open.delete(branch)) open.add(branch)
    this.#openBranches = open
  }

  /** Goes to an event as a jump; opens the branch that it stands in. */
  jumpTo(seq: number): void {
    this.#reveal(seq)
    this.playback.pause()
    this.playback.seekEvent(seq)
    this.#jumps++
    this.#inner = undefined
    if (this.#parent) this.#parent.#inner = this
  }

  /** Goes to the next or previous mark of a kind; false when there is none. */
  jumpToMark(kind: MarkKind, direction: 1 | -1): boolean {
    const target = nextIn(this.#positions(kind), this.playback.position, direction)
    const step = target === undefined ? undefined : this.#track.stepAt(target)
    if (!step) return false
    this.jumpTo(step.seq)
    return true
  }

  /** Goes to the next or previous match, and round at the ends. */
  jumpToHit(direction: 1 | -1): void {
    if (this.jumpToMark('hits', direction)) return
    const step = this.#track.stepAt((direction === 1 ? this.#hits[0] : this.#hits.at(-1)) ?? -1)
    if (step) this.jumpTo(step.seq)
  }

  /** Goes to a step and opens a file as it stood then. */
  openFile(path: string, seq: number): void {
    const owner = this.#parent ?? this
    owner.pinned = this.relative(path)
    this.jumpTo(seq)
  }

  /** A path as the code routes name it: inside the project relative to it, else as it is. */
  relative(path: string): string {
    return relativeTo(this.session.detail?.projectPath, path)
  }

  /** Goes some steps on or back. */
  step(by: number): void {
    this.playback.pause()
    this.seek(this.playback.position + by)
  }

  /** Puts the playhead on a step. */
  seek(position: number): void {
    this.#inner = undefined
    this.playback.seek(position)
  }

  /** Puts the playhead on a step for one frame of a drag. */
  scrub(position: number): void {
    this.#isScrubbing = true
    clearTimeout(this.#restTimer)
    cancelAnimationFrame(this.#restFrame)
    // A move that waits behind a slow frame is heard before the next one, so the playhead rests only if none does.
    this.#restTimer = setTimeout(() => {
      this.#restFrame = requestAnimationFrame(() => this.rest())
    }, REST_MS)
    this.seek(position)
  }

  /** The pointer that drags the playhead moved: it does not rest yet. */
  stir(): void {
    cancelAnimationFrame(this.#restFrame)
  }

  /** The drag is over. */
  rest(): void {
    clearTimeout(this.#restTimer)
    cancelAnimationFrame(this.#restFrame)
    this.#isScrubbing = false
  }

  toggleGroup(group: KindGroup): void {
    const groups = new Set(this.groups)
    if (!groups.delete(group)) groups.add(group)
    this.groups = groups
  }

  /** Takes over what an address says. Call it once the session is loaded. */
  async apply(url: ReplayUrl): Promise<void> {
    this.groups = url.groups
    this.mode = url.mode
    this.pinned = url.file
    if (url.find !== this.find.words) this.find.set(url.find)
    if (url.find) this.find.isOpen = true
    this.#dialog = this.#inRange(url.dialog)
    if (url.isFollowing || (url.at === null && this.session.detail?.isLive)) return this.playback.follow()
    const seq = url.at === null ? this.session.length - 1 : await this.#resolve(url.at)
    this.#reveal(seq)
    this.playback.seekEvent(seq)
  }

  /** Asks for files and code at the moment that is shown; what is here already costs nothing. */
  wantCode(): void {
    const { code, playback } = this.focus
    if (this.focus.session.length === 0) return
    code.wantFile(this.openPath, playback.moment, this.mode)
    // The tree need not follow every frame of a drag; the code does.
    if (!this.#isScrubbing || performance.now() - this.#listAskedAt > LIST_EVERY_MS) {
      this.#listAskedAt = performance.now()
      code.wantList(playback.moment)
    }
  }

  /** True when the shown step is or ends with an event. */
  isInStep(seq: number): boolean {
    const step = this.#track.stepAt(this.playback.position)
    return step !== undefined && (seq === step.seq || seq === step.end)
  }

  /** The number by which a reader knows an event: its step's, counted from 1. */
  stepNumber(seq: number): number {
    return this.#track.positionOf(seq) + 1
  }

  close(): void {
    if (this.#parent?.focus === this) this.#parent.#inner = undefined
    this.rest()
    this.playback.pause()
    this.session.close()
    this.code.close()
    this.find.close()
  }

  #inRange(dialog: ReplayDialog | null): ReplayDialog | null {
    if (!dialog || !('at' in dialog)) return dialog
    const end = this.session.length - 1
    return end < 0 ? null : { ...dialog, at: Math.min(dialog.at, end) }
  }

  /** An event's id is known to the server only; a moment that does not exist is the end. */
  async #resolve(at: string): Promise<number> {
    const end = this.session.length - 1
    if (/^\d+$/.test(at)) return Math.min(Number(at), end)
    try {
      return (await this.#api.getCode(at, new AbortController().signal)).at
    } catch {
      return end
    }
  }

  #reveal(seq: number): void {
    const branch = this.session.timeline?.branch[seq] ?? 0
    if (branch !== 0 && !this.#openBranches.has(branch)) this.toggleBranch(branch)
  }

  #positions(kind: MarkKind): readonly number[] {
    if (kind === 'hits') return this.#hits
    if (kind !== 'fileEdits') return this.#marks[kind]
    const path = this.openPath
    const edits = this.session.timeline?.edits.filter(([, index]) => this.#paths[index] === path) ?? []
    return this.#track.positionsOf(edits.map(([seq]) => seq))
  }
}

function relativeTo(project: string | null | undefined, path: string): string {
  return project && path.startsWith(`${project}/`) ? path.slice(project.length + 1) : path
}

/** `getView()` while a component of the replay is set up. */
export const [getView, setView] = createContext<ReplayView>()
