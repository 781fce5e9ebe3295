import { afterEach, expect, test } from 'vitest'
import { estimateTokens, Tokens } from './tokens.ts'

const tokens = new Tokens()
afterEach(() => tokens.close())

test('tokens are those of o200k_base and a quarter more', async () => {
  // `hello world` is two tokens, `antidisestablishmentarianism` six.
  expect(await tokens.count(['hello world', 'antidisestablishmentarianism', ''])).toEqual([3, 8, 0])
}, 20_000)

test('requests at once get their own answers, also after the thread was ended', async () => {
  const [one, two] = await Promise.all([tokens.count(['hello world']), tokens.count(['hello world', 'hello'])])
  expect([one, two]).toEqual([[3], [3, 2]])
  await tokens.close()
  expect(await tokens.count(['<|endoftext|>'])).toEqual([9])
}, 20_000)

test('loading the tokenizer holds up nothing on this thread', async () => {
  // By the clock of this thread: a busy machine must not make it fail.
  const turns: number[] = []
  const timer = setInterval(() => turns.push(process.threadCpuUsage().user / 1000), 5)
  await tokens.count(['hello'])
  clearInterval(timer)
  expect(turns.length).toBeGreaterThan(2)
  expect(Math.max(...turns.slice(1).map((at, index) => at - (turns[index] ?? at)))).toBeLessThan(50)
}, 20_000)

test('the estimate of a text is near the count', async () => {
  const texts = [
    'cmd/entire/cli/strategy/manual_commit.go: modified in 4 edits, +89 −7',
    'The root cause is that the lock file is written twice. I need to guard it with a mutex.',
    'Wir haben uns entschieden, die Datenbank nicht zu löschen, weil sonst die Änderungen verloren gehen.',
    'go test ./... -run "TestCalculateAttribution" -v (2 runs, 1 failed) exit 0: ok 0.294s',
    '修复了登录页面的错误，因为令牌过期。',
  ]
  const counts = await tokens.count(texts)
  texts.forEach((text, index) => {
    const ratio = estimateTokens(text) / (counts[index] ?? 1)
    expect(ratio, text).toBeGreaterThan(0.75)
    expect(ratio, text).toBeLessThan(1.35)
  })
}, 20_000)
