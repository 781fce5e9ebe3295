// @vitest-environment node
import { expect, test } from 'vitest'
import { sessionWith } from '../../testing/session.ts'
import { mergeSessions, withoutRepeats } from './merge-sessions.ts'

const one = sessionWith({ id: 'claude-code:1', events: 10 })
const two = sessionWith({ id: 'claude-code:2', events: 20 })

test('what grew is replaced where it stands, what is new is told apart', () => {
  const grown = sessionWith({ id: 'claude-code:2', events: 25 })
  const fresh = sessionWith({ id: 'claude-code:3' })

  const merged = mergeSessions([one, two], [fresh, grown])

  expect(merged.sessions).toEqual([one, grown])
  expect(merged.added).toEqual([fresh])
})

test('a session that two pages hold is listed once', () => {
  expect(withoutRepeats([one, two, one]).map(({ id }) => id)).toEqual(['claude-code:1', 'claude-code:2'])
})
