// @vitest-environment node
import { expect, test } from 'vitest'
import { countLines, parseUnifiedPatch } from './unified-patch.ts'

const patch = [
  'Index: settings.json',
  '===================================================================',
  '--- settings.json\tbefore',
  '+++ settings.json\tafter',
  '@@ -1,3 +1,4 @@',
  ' {',
  '-  "a": 1',
  '+  "a": 1,',
  '+  "b": 2',
  ' }',
  '@@ -20,2 +21,1 @@',
  '--- a line that begins with dashes',
  ' end',
  '\\ No newline at end of file',
  '',
].join('\n')

test('the heads of a diff are left out and two hunks have a gap between them', () => {
  expect(parseUnifiedPatch(patch)).toEqual([
    { kind: 'same', text: '{' },
    { kind: 'removed', text: '  "a": 1' },
    { kind: 'added', text: '  "a": 1,' },
    { kind: 'added', text: '  "b": 2' },
    { kind: 'same', text: '}' },
    { kind: 'gap', text: '' },
    { kind: 'removed', text: '-- a line that begins with dashes' },
    { kind: 'same', text: 'end' },
  ])
})

test('added and removed lines are counted', () => {
  expect(countLines(parseUnifiedPatch(patch))).toEqual({ added: 2, removed: 2 })
})

test('a text that is no diff has no lines', () => {
  expect(parseUnifiedPatch('Binary files differ\n')).toEqual([])
})
