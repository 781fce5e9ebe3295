import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTemporaryFolder, type TemporaryFolder } from '../../db/testing.ts'
import { adapters } from '../adapters/registry.ts'
import { searchRoots } from './search-roots.ts'
import { walkFiles } from './walk-files.ts'

let folder: TemporaryFolder
let homeDir: string

beforeEach(() => {
  folder = createTemporaryFolder()
  homeDir = join(folder.path, 'home')
})

afterEach(() => folder.remove())

function put(path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, 'x')
}

/** All files that would be searched, as ways from the temporary folder. */
function searched(projects: string[], env: Record<string, string> = {}): string[] {
  const roots = searchRoots({ homeDir, env, platform: 'linux', projects }, adapters)
  return roots
    .flatMap((root) => [...walkFiles(root, new Set(), () => undefined)])
    .map(({ path }) => path.replace(`${folder.path}/`, ''))
    .sort()
}

test('the folders of agents and of projects are searched, each once, and nothing beside them', () => {
  put(join(homeDir, '.claude/projects/-w-app/s.jsonl'))
  put(join(homeDir, '.claude/history.jsonl'))
  put(join(homeDir, 'Documents/letter.txt'))
  put(join(folder.path, 'work/app/deep/.env'))
  put(join(folder.path, 'work/other/.env'))

  const app = join(folder.path, 'work/app')
  expect(searched([app, join(app, 'deep'), join(folder.path, 'gone'), 'relative'])).toEqual([
    'home/.claude/history.jsonl',
    'home/.claude/projects/-w-app/s.jsonl',
    'work/app/deep/.env',
  ])
})

test('of a folder that holds the home, and of the home, only the files directly in it are searched', () => {
  put(join(homeDir, '.npmrc'))
  put(join(homeDir, 'Documents/letter.txt'))
  put(join(folder.path, 'notes.txt'))

  expect(searched([homeDir, folder.path])).toEqual(['home/.npmrc', 'notes.txt'])
})

test('of an agent that keeps single files those are searched, and not what lies beside them', () => {
  const history = join(folder.path, 'var/log/aider.input.history')
  put(history)
  put(join(folder.path, 'var/log/other.log'))
  put(join(homeDir, '.aider.input.history'))
  put(join(homeDir, 'letter.txt'))

  expect(searched([], { AIDER_INPUT_HISTORY_FILE: history })).toEqual([
    'home/.aider.input.history',
    'var/log/aider.input.history',
  ])
})

test('a project whose folder is a link is searched, and links in it are not followed', () => {
  put(join(folder.path, 'real/.env'))
  put(join(folder.path, 'outside/secret.txt'))
  symlinkSync(join(folder.path, 'real'), join(folder.path, 'app'))
  symlinkSync(join(folder.path, 'outside'), join(folder.path, 'real/linked'))

  expect(searched([join(folder.path, 'app')])).toEqual(['app/.env'])
})
