import { describe, expect, it } from 'vitest'
import type { CodeFile } from '../../../server/contract/replay.ts'
import { foldersOf, treeRows, type TreeFilter } from './file-tree.ts'

const fileAt = (path: string, isChanged = false): CodeFile => ({
  path,
  state: 'present',
  sha256: null,
  bytes: null,
  confidence: 'exact',
  source: { kind: 'edit', at: null },
  changed: isChanged,
})

const files = [
  fileAt('src/auth/machine.ts', true),
  fileAt('src/auth/state.ts'),
  fileAt('test/e2e/deep/one.ts'),
  fileAt('README.md'),
]
const open: TreeFilter = { words: '', isChangedOnly: false, isOpen: () => true }
const namesOf = (filter: TreeFilter) => treeRows(files, filter).map((row) => `${'  '.repeat(row.depth)}${row.name}`)

describe('treeRows', () => {
  it('puts folders first and joins folders that hold only one folder', () => {
    expect(namesOf(open)).toEqual(['src/auth', '  machine.ts', '  state.ts', 'test/e2e/deep', '  one.ts', 'README.md'])
  })

  it('hides what stands in a closed folder and counts it there', () => {
    const rows = treeRows(files, { ...open, isOpen: (folder) => folder !== 'src/auth' })
    expect(rows[0]).toEqual({
      kind: 'folder',
      path: 'src/auth',
      name: 'src/auth',
      depth: 0,
      isOpen: false,
      files: 2,
      changed: 1,
    })
    expect(rows[1]?.name).toBe('test/e2e/deep')
  })

  it('finds every word anywhere in the path, through closed folders', () => {
    expect(namesOf({ words: 'AUTH mach', isChangedOnly: false, isOpen: () => false })).toEqual([
      'src/auth',
      '  machine.ts',
    ])
  })

  it('can show changed files only', () => {
    expect(namesOf({ ...open, isChangedOnly: true })).toEqual(['src/auth', '  machine.ts'])
  })

  it('shows files outside the project below the root', () => {
    const rows = treeRows([fileAt('/etc/hosts'), fileAt('a.ts')], open)
    expect(rows.map((row) => row.name)).toEqual(['/etc', 'hosts', 'a.ts'])
  })
})

it('names each folder that a file stands in', () => {
  expect([...foldersOf([fileAt('a/b/c.ts'), fileAt('a/d.ts'), fileAt('e.ts')])]).toEqual(['a/b', 'a'])
})
