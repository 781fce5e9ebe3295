import { expect, test } from 'vitest'
import { mapPath } from './path-mappings.ts'

const mappings = [
  { from: '/Users/x', to: '/home/me' },
  { from: '/Users/x/cli/', to: '/work/cli' },
  { from: 'C:\\code\\app', to: '/work/app' },
]

test('the longest mapping that reaches a path moves it', () => {
  expect(mapPath('/Users/x/notes/a.md', mappings)).toBe('/home/me/notes/a.md')
  expect(mapPath('/Users/x/cli/src/a.ts', mappings)).toBe('/work/cli/src/a.ts')
  expect(mapPath('/Users/x/cli', mappings)).toBe('/work/cli')
})

test('a path that only begins with the same letters is left alone', () => {
  expect(mapPath('/Users/xenia/a', mappings)).toBe('/Users/xenia/a')
  expect(mapPath('/Users/x/client', mappings)).toBe('/home/me/client')
  expect(mapPath('/elsewhere', [])).toBe('/elsewhere')
})

test('a path from Windows gets the slashes of this machine', () => {
  expect(mapPath('C:\\code\\app\\src\\a.ts', mappings)).toBe('/work/app/src/a.ts')
})
