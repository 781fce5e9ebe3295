import { expect, test } from 'vitest'
import { hintOf, labelOf, severityOf } from './describe.ts'

test.each([
  ['github-pat', 'GitHub', 'GitHub personal access token'],
  ['openai-project', 'OpenAI', 'OpenAI project key'],
  ['openai-svcacct', 'OpenAI', 'OpenAI service account key'],
  ['google-api-key', 'Google', 'Google API key'],
  ['generic-password', null, 'Password'],
  ['slack-webhook', 'Slack', 'Slack webhook'],
  ['huggingface-org', 'Hugging Face', 'Hugging Face org key'],
])('%s is called “%s”', (kind, provider, label) => {
  expect(labelOf(kind, provider)).toBe(label)
})

test('the hint shows the published prefix and the length, and nothing of a short value', () => {
  expect(hintOf('github-pat', 40)).toBe('ghp_••••(40)')
  expect(hintOf('github-pat', 6)).toBe('••••(6)')
  expect(hintOf('generic-password', 12)).toBe('••••(12)')
})

test('keys to whole accounts are graver than others, guesses are least', () => {
  expect(severityOf({ kind: 'github-pat', tier: 'definite' })).toBe('critical')
  expect(severityOf({ kind: 'github-pat', tier: 'likely' })).toBe('high')
  expect(severityOf({ kind: 'jwt', tier: 'definite' })).toBe('high')
  expect(severityOf({ kind: 'generic-password', tier: 'likely' })).toBe('medium')
  expect(severityOf({ kind: 'unknown-token', tier: 'candidate' })).toBe('low')
})
