import { expect, onTestFinished, test } from 'vitest'
import { createTemporaryDatabases } from '../testing.ts'
import { PathMappingStore } from './path-mapping-store.ts'

test('a mapping is added, replaced by its beginning, and removed', () => {
  const databases = createTemporaryDatabases()
  onTestFinished(databases.close)
  const store = new PathMappingStore(databases.vault)

  store.put({ from: '/Users/x/web', to: '/home/x/web' })
  store.put({ from: '/Users/x/cli', to: '/home/x/cli' })
  store.put({ from: '/Users/x/cli', to: '/srv/cli' })

  expect(store.list()).toEqual([
    { from: '/Users/x/cli', to: '/srv/cli' },
    { from: '/Users/x/web', to: '/home/x/web' },
  ])
  expect(store.remove('/Users/x/cli')).toBe(true)
  expect(store.remove('/Users/x/cli')).toBe(false)
  expect(store.list()).toEqual([{ from: '/Users/x/web', to: '/home/x/web' }])
})
