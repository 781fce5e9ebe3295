// @vitest-environment node
import { describe, expect, test } from 'vitest'
import type { FileAction, PlannedFile } from '../../server/contract/change.ts'
import { commonFolder, planVerb, sortPlan, writesOf } from './plan.ts'

function file(path: string, action: FileAction): PlannedFile {
  return { path, action, bytesBefore: null, bytesAfter: null, patch: null }
}

test('refused files come first and unchanged ones last', () => {
  const files = [file('/a', 'unchanged'), file('/b', 'create'), file('/c', 'refused'), file('/d', 'replace')]

  expect(sortPlan(files).map(({ path }) => path)).toEqual(['/c', '/d', '/b', '/a'])
})

test.each<[FileAction[], string]>([
  [['create', 'replace', 'unchanged', 'refused'], 'Write 2 files'],
  [['create'], 'Write 1 file'],
  [['delete', 'delete'], 'Delete 2 files'],
  [['create', 'delete'], 'Write 1 file and delete 1'],
])('a plan of %s is a button that says %s', (actions, verb) => {
  expect(planVerb(actions.map((action, index) => file(`/${index}`, action)))).toBe(verb)
})

test('only what is written or deleted counts as a write', () => {
  expect(writesOf([file('/a', 'refused'), file('/b', 'unchanged'), file('/c', 'delete'), file('/d', 'create')])).toBe(2)
})

describe('the folder that a plan is about', () => {
  test('ends at a whole name', () => {
    expect(commonFolder(['/home/ada/projects/one.jsonl', '/home/ada/projects-old/two.jsonl'])).toBe('/home/ada/')
  })

  test('may be the folder of one of the files', () => {
    expect(commonFolder(['/home/ada/one.jsonl', '/home/ada/sub/two.jsonl'])).toBe('/home/ada/')
  })

  test('is not told when there is none', () => {
    expect(commonFolder(['/home/a', '/tmp/b'])).toBe('')
    expect(commonFolder(['/home/a'])).toBe('')
    expect(commonFolder([])).toBe('')
  })
})
