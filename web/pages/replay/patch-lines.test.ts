import { expect, it } from 'vitest'
import { patchLines } from './patch-lines.ts'

it('reads the patch of the result, with a gap between hunks', () => {
  const detail = {
    structuredPatch: [{ lines: [' a', '-b', '+c'] }, { lines: ['+z'] }],
  }
  expect(patchLines({ old_string: 'x', new_string: 'y' }, detail)).toEqual([
    { kind: 'same', text: 'a' },
    { kind: 'removed', text: 'b' },
    { kind: 'added', text: 'c' },
    { kind: 'gap', text: '' },
    { kind: 'added', text: 'z' },
  ])
})

it('falls back to what was asked for: one edit, several, or a whole file', () => {
  expect(patchLines({ old_string: 'a\nb\n', new_string: 'c' }, null)).toEqual([
    { kind: 'removed', text: 'a' },
    { kind: 'removed', text: 'b' },
    { kind: 'added', text: 'c' },
  ])
  expect(patchLines({ edits: [{ old_string: '', new_string: 'n' }] }, 'refused')).toEqual([
    { kind: 'added', text: 'n' },
  ])
  expect(patchLines({ content: 'one\n' }, undefined)).toEqual([{ kind: 'added', text: 'one' }])
})

it('has nothing to show for shapes that it does not know', () => {
  expect(patchLines({ patch: '*** Begin' }, { structuredPatch: 'none' })).toBeUndefined()
  expect(patchLines(null, null)).toBeUndefined()
  expect(patchLines({ old_string: 1, new_string: 2 }, [])).toBeUndefined()
})
