import type { Router } from '../../state/router.svelte.ts'
import type { ProjectPlace, ProjectView } from './project-view.svelte.ts'

const REPLACE_EVERY_MS = 250

/** Reads the address of a project's page. What is not understood counts as absent. */
export function readProjectUrl(query: URLSearchParams): ProjectPlace {
  const sessionId = query.get('session')
  const at = query.get('at') ?? ''
  return {
    at: sessionId && /^\d{1,15}$/.test(at) ? { sessionId, seq: Number(at) } : null,
    file: query.get('file') || null,
    isFollowing: query.get('follow') === '1',
  }
}

/** Keeps the address and the playhead the same; the address follows at most four times a second. */
export class ProjectUrl {
  #view: ProjectView
  #router: Router
  #written: string
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(view: ProjectView, router: Router) {
    this.#view = view
    this.#router = router
    this.#written = router.href
  }

  /** Puts the playhead where the address says. */
  apply(): void {
    this.#view.apply(readProjectUrl(this.#router.query))
  }

  /** Call it in an effect: it reads the address, and applies it when it is not one that was written here. */
  read(): void {
    const { href } = this.#router
    if (href === this.#written) return
    this.stop()
    this.#written = href
    this.apply()
  }

  /** Call it in an effect: it reads the view, and writes the address when it differs. */
  write(): void {
    // While the playhead is dragged the address waits: writing it costs more than the frame.
    if (this.#view.isScrubbing || this.#hrefOfView() === this.#written) return
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#written = this.#hrefOfView()
      this.#router.navigate(this.#written, { replace: true })
    }, REPLACE_EVERY_MS)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #hrefOfView(): string {
    const { mark, session, pinned, isFollowing, position, marks } = this.#view
    const isElsewhere = !isFollowing && mark && session && position < marks.length - 1
    return this.#router.hrefWith({
      session: isElsewhere ? session.id : null,
      at: isElsewhere ? mark.seq : null,
      file: pinned,
      follow: isFollowing ? '1' : null,
    })
  }
}
