import { describe, expect, test } from 'vitest'
import { sentencesOf } from './sentences.ts'
import { keyOfCommand, useOf } from './shell.ts'
import { termsOf } from './terms.ts'

const keys = (text: string) => termsOf(text).map(({ kind, key }) => `${kind}:${key}`)

describe('terms', () => {
  test('names are compared whole and in parts, files by their base name, numbers as they are', () => {
    expect(keys('see src/db/userStore.ts and `loadUserRow`, 48,211 rows (#136)')).toEqual([
      'file:userstore.ts',
      'name:loaduserrow',
      'part:load',
      'word:row',
      'number:48211',
      'number:136',
    ])
  })

  test('stop words, folders of the machine and random names are left out', () => {
    expect(keys('the file in /var/folders/gz/h7sjhvz13cb0gcrzzcncqtyw0000gn/T/tmp.N6JIukK8D2 is used')).toEqual([])
  })

  test('inflected words meet in one stem', () => {
    for (const [one, other] of [
      ['resetting', 'resets'],
      ['deleted', 'removing'],
      ['implementation', 'implemented'],
      ['Prüfungen', 'Prüfung'],
      ['constructor', 'constructors'],
    ] as const) {
      expect(keys(one)[0], `${one} ${other}`).toBe(keys(other)[0])
    }
  })

  test('a run of marks or one endless word takes no time', () => {
    const begun = performance.now()
    termsOf('-'.repeat(50_000))
    termsOf(`${'/'.repeat(20_000)}a`)
    termsOf('aB1_'.repeat(20_000))
    expect(performance.now() - begun).toBeLessThan(1000)
  })
})

test('sentences end where one ends, not in abbreviations, names and code', () => {
  expect(
    sentencesOf(
      'See e.g. The Guide. Use v1.2. It calls `a.Run()`. Done\n```ts\nlet x = 1. Y\n```\n- first. Second?\n| a | b |',
    ),
  ).toEqual([
    { text: 'See e.g. The Guide.', next: 'Use v1.2.', isItem: false },
    { text: 'Use v1.2.', next: 'It calls `a.Run()`.', isItem: false },
    { text: 'It calls `a.Run()`.', next: 'Done', isItem: false },
    { text: 'Done', next: null, isItem: false },
    { text: 'first.', next: 'Second?', isItem: true },
    { text: 'Second?', next: null, isItem: false },
  ])
})

test.each([
  ['npm test -- --run', 'test'],
  ['cd app && go test ./... 2>&1 | tail -5', 'test'],
  ['git commit -m "run the tests"', 'git'],
  ['git push -u origin main', 'share'],
  ['cat test.ts | head', 'look'],
  ['git status && git diff', 'look'],
  ['pr=$(gh pr view --json number)', 'look'],
  ['gh pr create --title "build it"', 'share'],
  ['cargo build --release', 'build'],
  ['npx eslint src', 'check'],
  ['npm i left-pad', 'install'],
  ['./deploy.sh prod', 'run'],
  ["git -C /w/app show HEAD:a.go | awk 'NR>1 && NR<9; build'", 'look'],
  ['git -C /w/app commit -m "a && b; c" && git log', 'git'],
  ['echo "never closed && npm test', 'test'],
])('%s is for: %s', (command, use) => {
  expect(useOf(command)).toBe(use)
})

test('the same command in other dress is the same', () => {
  expect(keyOfCommand('cd /w && FOO=1 npm test 2>&1 | tail -20')).toBe(keyOfCommand('npm test'))
})
