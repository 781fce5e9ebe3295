import { expect, test } from 'vitest'
import { newlyWritten, type Found } from './carried.ts'
import { sayHeldCall, sayHeldPrompt } from './held-words.ts'

/** As a scan tells it; `hash` tells values apart. */
function found(path: (string | number)[], hash: string, start = 0): Found {
  const kind = { kind: 'github-pat', provider: 'GitHub', tier: 'definite', state: 'open' } as const
  return { ...kind, path, isKey: false, start, end: start + 5, placeholder: `[REDACTED:github-pat:${hash}]`, hash }
}

test('an edit may keep what stands in the file, and write nothing new', () => {
  const input = { file_path: '/w/a.ts', old_string: 'one', new_string: 'one two' }
  const one = [found(['old_string'], 'A'), found(['new_string'], 'A')]

  expect(newlyWritten(input, one)).toEqual([])
  expect(newlyWritten(input, [...one, found(['new_string'], 'B', 4)])).toEqual([found(['new_string'], 'B', 4)])
  expect(newlyWritten(input, [found(['edits', 0, 'old_string'], 'A')])).toEqual([])
})

test('what goes into a file that is made for secrets passes, its samples are ordinary files', () => {
  const content = [found(['content'], 'A')]

  expect(newlyWritten({ file_path: '/w/.env', content: 'x' }, content)).toEqual([])
  expect(newlyWritten({ file_path: '/w/.env.example', content: 'x' }, content)).toEqual(content)
  expect(newlyWritten({ file_path: '/w/config.ts', content: 'x' }, content)).toEqual(content)
})

test('of a patch only added lines count, and not those of files that are made for secrets', () => {
  const command = [
    '*** Begin Patch',
    '*** Update File: a.ts',
    '@@',
    ' kept-value',
    '-gone-value',
    '+new-value',
    '*** Add File: .env',
    '+env-value',
    '*** Add File: b.ts',
    '+moved-value',
    '*** End Patch',
  ].join('\n')
  const at = (text: string, hash: string) => found(['command'], hash, command.indexOf(text))
  const all = [at('kept', 'A'), at('gone', 'B'), at('new', 'C'), at('env-value', 'D')]

  expect(newlyWritten({ command }, all).map(({ hash }) => hash)).toEqual(['C'])
  // From one file into another it is new there.
  expect(newlyWritten({ command }, [...all, at('moved-value', 'B')]).map(({ hash }) => hash)).toEqual(['C', 'B'])
})

test('a person is told what the prompt carries and in which line, each secret once', () => {
  const label = 'GitHub personal access token'
  const two = [
    { ...found([], 'A', 6), label },
    { ...found([], 'A', 20), label },
    { ...found([], 'B', 30), label: 'Password' },
  ]

  expect(sayHeldPrompt('first\nsecond and so on, and so on…', [{ ...found([], 'A', 6), label }])).toBe(
    'Lossless held this prompt back, because it carries a secret (GitHub personal access token, line 2). Take the value out and send it again. To send it as it is, let it through in Lossless (Settings, Guard) first.',
  )
  expect(sayHeldPrompt('first\nsecond and so on, and so on…', two)).toContain(
    'it carries 2 secrets (GitHub personal access token, line 2; Password, line 2).',
  )
})

test('the model is told in which member it stands, and many are not all listed', () => {
  const many = ['A', 'B', 'C', 'D', 'E', 'F'].map((hash) => ({ ...found(['command'], hash), label: `Kind ${hash}` }))

  expect(sayHeldCall({ command: 'curl' }, many)).toContain(
    'its input carries 6 secrets (Kind A in “command”; Kind B in “command”; Kind C in “command”; Kind D in “command”; and 2 more).',
  )
  expect(sayHeldCall({ content: 'a\nb' }, [{ ...found(['content'], 'A', 2), label: 'Password' }])).toContain(
    '(Password in “content”, line 2)',
  )
})

test('a member whose name is the secret is not named', () => {
  const key = { ...found(['the-secret'], 'A'), isKey: true, label: 'Password' }
  const below = { ...found(['the-secret', 'name'], 'B'), label: 'Token' }

  expect(sayHeldCall({}, [key, below])).not.toContain('the-secret')
})
