// @vitest-environment node
import { expect, test } from 'vitest'
import type { Secret, SecretSums } from '../../../server/contract/secrets.ts'
import { facetsOf, isShown, readFilter } from './secret-filter.ts'

const secret = {
  label: 'GitHub personal access token',
  kind: 'github-pat',
  placeholder: '[REDACTED:github-pat:7F3A]',
  severity: 'critical',
  tier: 'definite',
  state: 'open',
  projects: ['/w/app'],
  agents: ['claude-code'],
} as unknown as Secret

test.each([
  ['', true],
  ['state=open&q=token+github', true],
  ['state=ignored', false],
  ['q=7f3a', true],
  ['q=/w/app+critical', true],
  ['q=gitlab', false],
  ['severity=critical&tier=definite&kind=github-pat&project=/w/app&agent=claude-code', true],
  ['severity=low', false],
  ['tier=candidate', false],
  ['kind=gitlab-pat', false],
  ['project=/w/other', false],
  ['agent=gemini-cli', false],
])('“%s” shows it: %s', (query, shown) => {
  expect(isShown(secret, readFilter(new URLSearchParams(query)))).toBe(shown)
})

test('facets have the counts of the server, the most frequent kinds first, and no answer that nothing has', () => {
  const sums: SecretSums = {
    all: 3,
    states: { open: 2, ignored: 0, redacted: 1, rotated: 0 },
    tiers: { definite: 3, likely: 0, candidate: 0 },
    severities: { critical: 2, high: 0, medium: 1, low: 0 },
    kinds: [
      { kind: 'generic-password', label: 'Password', count: 1 },
      { kind: 'github-pat', label: 'GitHub personal access token', count: 2 },
    ],
    projects: [{ path: '/w/app', count: 3 }],
    agents: [{ agent: 'claude-code', count: 3 }],
  }
  const said = Object.fromEntries(
    facetsOf(sums).map(({ key, options }) => [key, options.map(({ label, count }) => `${label} ${count}`)]),
  )
  expect(said).toEqual({
    state: ['Open 2', 'Redacted 1'],
    severity: ['Critical 2', 'Medium 1'],
    tier: ['Definite 3'],
    kind: ['GitHub personal access token 2', 'Password 1'],
    project: ['/w/app 3'],
    agent: ['claude-code 3'],
  })
})
