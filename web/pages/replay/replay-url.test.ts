import { describe, expect, it } from 'vitest'
import { readReplayUrl, writeReplayUrl } from './replay-url.ts'

const through = (query: string) =>
  writeReplayUrl(readReplayUrl(new URLSearchParams(query)), new URLSearchParams()).toString()

describe('the address of a replay', () => {
  it('brings the same picture back', () => {
    const query = 'at=214&file=src%2Fa+b.ts&diff=start&kinds=prompts%2Cnoise&find=needle'
    expect(through(query)).toBe(query)
  })

  it('leaves out what is usual', () => {
    expect(through('diff=content&kinds=prompts,answers,thinking,tools,compactions,notices')).toBe('')
  })

  it('can show nothing at all', () => {
    expect(readReplayUrl(new URLSearchParams('kinds=')).groups.size).toBe(0)
    expect(through('kinds=')).toBe('kinds=')
  })

  it('takes what it does not understand as absent', () => {
    const url = readReplayUrl(new URLSearchParams('diff=sideways&kinds=nonsense,tools&follow=maybe'))
    expect(url.mode).toBe('content')
    expect([...url.groups]).toEqual(['tools'])
    expect(url.isFollowing).toBe(false)
  })

  it('opens the dialog that it names', () => {
    expect(readReplayUrl(new URLSearchParams('fork=82')).dialog).toEqual({ kind: 'fork', at: 82 })
    expect(readReplayUrl(new URLSearchParams('handoff=82')).dialog).toEqual({ kind: 'handoff', at: 82 })
    expect(readReplayUrl(new URLSearchParams('code=end')).dialog).toEqual({ kind: 'code', at: Infinity })
    expect(readReplayUrl(new URLSearchParams('restore=1')).dialog).toEqual({ kind: 'restore' })
    expect(readReplayUrl(new URLSearchParams('export=1')).dialog).toEqual({ kind: 'export' })
    expect(readReplayUrl(new URLSearchParams('redact=1')).dialog).toEqual({ kind: 'redact' })
    expect(readReplayUrl(new URLSearchParams('fork=-1&code=x&restore=2')).dialog).toBeNull()
    expect(through('at=5&fork=82')).toBe('at=5&fork=82')
  })

  it('names no moment while it follows', () => {
    expect(through('at=5&follow=1')).toBe('follow=1')
  })
})
