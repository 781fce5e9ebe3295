import { expect, it } from 'vitest'
import { languageOf, loadLanguage } from './languages.ts'

it.each([
  ['src/main.go', 'go'],
  ['a/b/Dockerfile', 'docker'],
  ['web/App.svelte', 'html'],
  ['C:\\work\\x.TSX', 'tsx'],
  ['.env', 'ini'],
  ['LICENSE', undefined],
  ['constructor', undefined],
  ['a.toString', undefined],
])('knows the language of %s', (path, language) => {
  expect(languageOf(path)).toBe(language)
})

it('loads a language of each sort: a parser of its own, and an older mode', async () => {
  expect((await loadLanguage('go')).language.name).toBe('go')
  expect((await loadLanguage('shell')).language.name).toBe('shell')
})
