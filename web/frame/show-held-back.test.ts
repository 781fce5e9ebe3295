// @vitest-environment node
import { expect, test } from 'vitest'
import { sayHeldBack } from './show-held-back.ts'

test('a notice says whose prompt or call it was and what it carries', () => {
  const agentLabel = 'Claude Code'

  expect(sayHeldBack({ agentLabel, tool: null, labels: ['Password'] })).toBe(
    'A prompt to Claude Code was held back. It carries: Password.',
  )
  expect(sayHeldBack({ agentLabel, tool: 'Bash', labels: ['Slack token', 'Password'] })).toBe(
    'A call of Bash by Claude Code was held back. It carries: Slack token, Password.',
  )
})
