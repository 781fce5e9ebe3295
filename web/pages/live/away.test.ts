// @vitest-environment node
import { expect, test } from 'vitest'
import { sessionWith } from '../../testing/session.ts'
import { timelineWith } from '../../testing/timeline.ts'
import { compactionsSince } from './away.ts'

test('only compactions since then are told, each with its moment', () => {
  const session = sessionWith({ compactions: 2 })
  const timeline = timelineWith({
    length: 4,
    at: [1_000, 2_000, 3_000, 4_000],
    compactions: [
      { seq: 1, pre: 150_000, post: 20_000 },
      { seq: 3, pre: 171_000, post: null },
    ],
  })

  expect(compactionsSince(2_500, session, timeline)).toEqual([{ session, seq: 3, pre: 171_000, post: null, at: 4_000 }])
})
