import { expect, test } from 'vitest'
import type { Secret } from '../../../server/contract/secrets.ts'
import { isShown } from './secret-looks.ts'

const secret = {
  label: 'GitHub personal access token',
  kind: 'github-pat',
  placeholder: '[REDACTED:github-pat:7F3A]',
  severity: 'critical',
  state: 'open',
  projects: ['/w/app'],
} as Secret

test.each([
  [{ state: null, words: '' }, true],
  [{ state: 'open', words: 'token github' }, true],
  [{ state: 'ignored', words: '' }, false],
  [{ state: null, words: '7f3a' }, true],
  [{ state: null, words: '/w/app critical' }, true],
  [{ state: null, words: 'gitlab' }, false],
])('%j shows it: %s', (filter, shown) => {
  expect(isShown(secret, filter)).toBe(shown)
})
