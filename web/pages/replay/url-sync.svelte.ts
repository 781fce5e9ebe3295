/* eslint-disable svelte/prefer-svelte-reactivity -- made, written out and dropped */
import type { Router } from '../../state/router.svelte.ts'
import { readReplayUrl, writeReplayUrl } from './replay-url.ts'
import type { ReplayView } from './replay-view.svelte.ts'

const REPLACE_EVERY_MS = 250

/**
 * Keeps the address and the view the same. A jump gets an entry in the browser's history; steps, drags and playing
 * replace the present one, at most four times a second, because browsers refuse more.
 */
export class UrlSync {
  #view: ReplayView
  #router: Router
  #jumps = 0
  #written: string
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(view: ReplayView, router: Router) {
    this.#view = view
    this.#router = router
    this.#written = router.href
  }

  /** Call it in an effect: it reads the address, and applies it when it is not one that was written here. */
  read(): void {
    const { href, query } = this.#router
    if (href === this.#written) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#written = href
    void this.#view.apply(readReplayUrl(query))
  }

  /** Call it in an effect: it reads the view, and writes the address when it differs. */
  write(): void {
    // While the playhead is dragged the address waits: writing it costs more than the frame.
    if (this.#view.isScrubbing) return
    const href = this.#hrefOfView()
    const isJump = this.#view.jumps !== this.#jumps
    this.#jumps = this.#view.jumps
    if (href === this.#written) return
    if (isJump) return this.#put(href, false)
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      const latest = this.#hrefOfView()
      if (latest !== this.#written) this.#put(latest, true)
    }, REPLACE_EVERY_MS)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #put(href: string, replace: boolean): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#written = href
    this.#router.navigate(href, { replace })
  }

  #hrefOfView(): string {
    const view = this.#view
    const isAtEnd = view.playback.position >= view.track.length - 1 && !view.session.detail?.isLive
    const query = writeReplayUrl(
      {
        at: isAtEnd ? null : String(view.playback.seq),
        file: view.pinned,
        mode: view.mode,
        groups: view.groups,
        isFollowing: view.playback.isFollowing,
        find: view.find.isOpen ? view.find.words : '',
        dialog: view.dialog,
      },
      new URLSearchParams(),
    )
    const text = query.toString()
    return text ? `${this.#router.path}?${text}` : this.#router.path
  }
}
