import type { Track } from './track.ts'

/** How many times faster than it happened a session is played. */
export const SPEEDS = [1, 2, 5, 20] as const
export type Speed = (typeof SPEEDS)[number]

const LONGEST_PAUSE_MS = 2_000
const SHORTEST_PAUSE_MS = 40

/** How long a step stays on screen while playing: as long as it took, idle gaps shortened, then divided by the speed. */
export function pauseBetween(fromMs: number, toMs: number, speed: Speed): number {
  const real = Math.min(Math.max(0, toMs - fromMs), LONGEST_PAUSE_MS)
  return Math.max(SHORTEST_PAUSE_MS, real / speed)
}

/** What a playback moves over. */
export interface PlaybackSource {
  track: () => Track
  /** When an event happened, in milliseconds since 1970. */
  timeOf: (seq: number) => number
}

/**
 * Where the replay stands, in shown steps, and whether it moves by itself. The place is held as an event, so that it
 * stays at the same moment when the filter changes or a live session grows.
 */
export class Playback {
  #source: PlaybackSource
  #anchor = $state(0)
  #isPlaying = $state(false)
  #isFollowing = $state(false)
  #timer: ReturnType<typeof setTimeout> | undefined
  speed: Speed = $state(1)

  constructor(source: PlaybackSource) {
    this.#source = source
  }

  get length(): number {
    return this.#source.track().length
  }

  get position(): number {
    const track = this.#source.track()
    return this.#isFollowing ? Math.max(0, track.length - 1) : track.positionOf(this.#anchor)
  }

  /** The event that the current step begins with; 0 while there is none. */
  get seq(): number {
    return this.#source.track().stepAt(this.position)?.seq ?? 0
  }

  /** The event after which the current step is over: the moment that files and code show. */
  get moment(): number {
    return this.#source.track().stepAt(this.position)?.end ?? 0
  }

  get isPlaying(): boolean {
    return this.#isPlaying
  }

  /** True while the playhead stays at the end of a growing session. */
  get isFollowing(): boolean {
    return this.#isFollowing
  }

  /** Goes to a step, in range; leaves following. */
  seek(position: number): void {
    const track = this.#source.track()
    const inRange = Math.min(Math.max(0, Math.round(position)), Math.max(0, track.length - 1))
    this.seekEvent(track.stepAt(inRange)?.seq ?? 0)
  }

  /** Goes to the step that shows an event; leaves following. */
  seekEvent(seq: number): void {
    this.#isFollowing = false
    this.#anchor = seq
  }

  follow(): void {
    this.pause()
    this.#isFollowing = true
  }

  /** Stops following and stays where the playhead is. */
  unfollow(): void {
    this.seekEvent(this.seq)
  }

  /** Plays on from here; from the start when the playhead is at the end. */
  play(): void {
    if (this.length === 0) return
    if (this.position >= this.length - 1) this.seek(0)
    this.#isFollowing = false
    this.#isPlaying = true
    this.#schedule()
  }

  pause(): void {
    this.#isPlaying = false
    clearTimeout(this.#timer)
  }

  #schedule(): void {
    clearTimeout(this.#timer)
    const { track, timeOf } = this.#source
    const next = track().stepAt(this.position + 1)
    if (!next) return this.pause()
    this.#timer = setTimeout(
      () => {
        this.seekEvent(next.seq)
        this.#schedule()
      },
      pauseBetween(timeOf(this.seq), timeOf(next.seq), this.speed),
    )
  }
}
