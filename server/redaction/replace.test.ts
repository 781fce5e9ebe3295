import { expect, test } from 'vitest'
import { KnownValues } from './known-values.ts'
import { replaceHits } from './replace.ts'

test('a million characters with 50,000 known values are masked in less than half a second of CPU', () => {
  const value = ['hT7', 'kq9Lm2', 'Zx4'].join('')
  const known = new KnownValues()
  known.add(value, { kind: 'generic-password', provider: null, tier: 'likely' })
  const text = `it is ${value}, `.repeat(50_000)

  const begun = process.threadCpuUsage()
  const masked = replaceHits(text, known.find(text), () => '[M]')
  const { user, system } = process.threadCpuUsage(begun)

  expect(masked).toBe('it is [M], '.repeat(50_000))
  // Twice the promised time, because other processes on the machine slow caches and clocks.
  expect((user + system) / 1000).toBeLessThan(1000)
})
