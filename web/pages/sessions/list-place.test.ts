// @vitest-environment node
import { expect, test } from 'vitest'
import { readPlace } from './list-place.ts'

test('a place comes back as it was noted', () => {
  const place = { offset: 420, activeKey: 'claude-code:1', folded: ['project:/src/a'] }

  expect(readPlace(structuredClone(place))).toEqual(place)
})

test.each([[undefined], [null], ['text'], [{ offset: 'far', folded: 'all', activeKey: 3 }]])(
  'from %j one starts at the top',
  (noted) => {
    expect(readPlace(noted)).toEqual({ offset: 0, activeKey: undefined, folded: [] })
  },
)
