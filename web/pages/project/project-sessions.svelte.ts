/* eslint-disable svelte/prefer-svelte-reactivity -- made anew, never changed */
import type { ProjectSession, ProjectTimeline } from '../../../server/contract/projects.ts'
import { isAbort } from '../../api/call.ts'
import { paced } from '../../state/paced.ts'
import { lanesOf, marksOfGrowth, mergeMarks, readMarks, type Lane, type Mark } from './marks.ts'
import type { ProjectApi } from './project-api.ts'

/** A message about a session that is not known here is answered by reading all again, at most so often. */
const READ_EVERY_MS = 2_000

/** All sessions of a project and what they did. Grows while agents run. */
export class ProjectSessions {
  #api: ProjectApi
  #project = $state.raw<ProjectTimeline>()
  #marks = $state.raw<readonly Mark[]>([])
  #error = $state.raw<unknown>()
  #lanes = $derived(lanesOf(this.#project?.sessions ?? [], this.#marks))
  #indexes = $derived(new Map(this.#project?.sessions.map(({ id }, index) => [id, index])))
  /** How many events of a session are in `marks`. */
  #lengths = new Map<string, number>()
  /** How many events a session is known to have. */
  #wanted = new Map<string, number>()
  #growing = new Set<string>()
  #abort = new AbortController()
  #readSoon = paced(() => void this.read(), READ_EVERY_MS)
  #onchange: () => void

  /** `onchange` is called when marks came or what was read before may not hold any more. */
  constructor(api: ProjectApi, onchange: () => void) {
    this.#api = api
    this.#onchange = onchange
  }

  get project(): ProjectTimeline | undefined {
    return this.#project
  }

  /** All of them, sub-agents behind the others. */
  get sessions(): readonly ProjectSession[] {
    return this.#project?.sessions ?? []
  }

  get marks(): readonly Mark[] {
    return this.#marks
  }

  get lanes(): readonly Lane[] {
    return this.#lanes
  }

  /** Why the last reading failed; undefined after a good one. */
  get error(): unknown {
    return this.#error
  }

  find(sessionId: string): ProjectSession | undefined {
    return this.sessions[this.#indexes.get(sessionId) ?? -1]
  }

  /** Reads all of it. What is shown stays until the new has come. */
  async read(): Promise<void> {
    const { signal } = this.#abort
    try {
      const project = await this.#api.getProject(signal)
      if (signal.aborted) return
      this.#project = project
      this.#marks = readMarks(project)
      this.#error = undefined
      this.#lengths = new Map(project.sessions.map(({ id, events }) => [id, events]))
      this.#onchange()
      for (const { id } of project.sessions) void this.#grow(id)
    } catch (error) {
      if (!signal.aborted && !isAbort(error)) this.#error = error
    }
  }

  /** A session, of this project or another, is known to have `events` events now. */
  heard(sessionId: string, events: number): void {
    const length = this.#lengths.get(sessionId)
    if (length === undefined || events < length) return this.#readSoon.call()
    this.#wanted.set(sessionId, events)
    void this.#grow(sessionId)
  }

  /** What is shown may be out of date. */
  refresh(): void {
    this.#readSoon.call()
  }

  close(): void {
    this.#readSoon.stop()
    this.#abort.abort()
  }

  /** Reads what a session did since; calls while that runs are joined. */
  async #grow(id: string): Promise<void> {
    if (this.#growing.has(id)) return
    this.#growing.add(id)
    try {
      while ((this.#wanted.get(id) ?? 0) > (this.#lengths.get(id) ?? Infinity) && (await this.#readGrowth(id)));
    } finally {
      this.#growing.delete(id)
    }
  }

  /** Returns false when nothing came, so that the loop ends. */
  async #readGrowth(id: string): Promise<boolean> {
    const { signal } = this.#abort
    const base = this.#project
    const length = this.#lengths.get(id)
    const index = this.#indexes.get(id)
    const session = this.find(id)
    if (!base || !session || index === undefined || length === undefined) return false
    try {
      const timeline = await this.#api.getGrowth(id, length - 1, signal)
      if (signal.aborted || timeline.length <= length) return false
      // All was read again in the meantime: what came may be in it.
      if (this.#lengths.get(id) !== length || this.#indexes.get(id) !== index) return true
      const latest = this.#marks.findLast((mark) => mark.session === index)?.at ?? 0
      const more = marksOfGrowth({ session, index, timeline, folders: base.folders, latest })
      this.#lengths.set(id, timeline.length)
      if (more.length > 0) this.#marks = mergeMarks(this.#marks, more)
      this.#onchange()
      // What these say comes with the next reading of all.
      if (more.some(({ kind }) => kind === 'error' || kind === 'commit')) this.#readSoon.call()
      return true
    } catch {
      // The next live message tries again.
      return false
    }
  }
}
