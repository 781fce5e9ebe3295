import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { pauseBetween, Playback } from './playback.svelte.ts'
import { Track, type Row } from './track.ts'

/** A track of steps at the given events. */
function trackOf(seqs: number[]): Track {
  return new Track(
    seqs.map((seq): Row => ({ kind: 'step', seq, end: seq, branch: 0 })),
    new Map(),
  )
}

let track: Track
const playbackOf = (seqs: number[], timeOf = (seq: number) => seq * 1_000) => {
  track = trackOf(seqs)
  return new Playback({ track: () => track, timeOf })
}

describe('Playback', () => {
  it('stays at the same event when a filter takes steps away or brings them back', () => {
    const playback = playbackOf([0, 2, 4, 6])
    playback.seek(2)
    track = trackOf([0, 4])
    expect(playback.position).toBe(1)
    expect(playback.seq).toBe(4)

    track = trackOf([0, 2])
    expect(playback.seq).toBe(2)
    track = trackOf([0, 2, 4, 6])
    expect(playback.position).toBe(2)
  })

  it('does not leave the range', () => {
    const playback = playbackOf([0, 1, 2])
    playback.seek(99)
    expect(playback.position).toBe(2)
    playback.seek(-5)
    expect(playback.position).toBe(0)
  })

  it('stays at the end of a growing session while it follows, and where it is once moved', () => {
    const playback = playbackOf([0, 1, 2])
    playback.follow()
    expect(playback.position).toBe(2)
    track = trackOf([0, 1, 2, 3, 4])
    expect(playback.position).toBe(4)

    playback.seek(3)
    track = trackOf([0, 1, 2, 3, 4, 5])
    expect(playback.isFollowing).toBe(false)
    expect(playback.position).toBe(3)
  })

  it('is at the start of an empty session', () => {
    const playback = playbackOf([])
    playback.play()
    expect(playback.position).toBe(0)
    expect(playback.isPlaying).toBe(false)
  })
})

describe('playing', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('moves as the session did, divided by the speed, and stops at the end', () => {
    const playback = playbackOf([0, 1, 2])
    playback.speed = 2
    playback.play()
    vi.advanceTimersByTime(499)
    expect(playback.position).toBe(0)
    vi.advanceTimersByTime(1)
    expect(playback.position).toBe(1)
    vi.advanceTimersByTime(500)
    expect(playback.position).toBe(2)
    expect(playback.isPlaying).toBe(false)
  })

  it('begins anew when it is at the end', () => {
    const playback = playbackOf([0, 1, 2])
    playback.seek(2)
    playback.play()
    expect(playback.position).toBe(0)
    expect(playback.isPlaying).toBe(true)
  })

  it('stops moving when paused', () => {
    const playback = playbackOf([0, 1, 2])
    playback.play()
    playback.pause()
    vi.advanceTimersByTime(60_000)
    expect(playback.position).toBe(0)
  })

  it('shortens idle gaps and never flickers', () => {
    expect(pauseBetween(0, 3_600_000, 1)).toBe(2_000)
    expect(pauseBetween(0, 3_600_000, 20)).toBe(100)
    expect(pauseBetween(5_000, 5_000, 1)).toBe(40)
    expect(pauseBetween(9_000, 5_000, 1)).toBe(40)
  })
})
