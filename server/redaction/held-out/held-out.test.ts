import { expect, test } from 'vitest'
import { Scanner } from '../scanner.ts'
import { made, type Case } from './case.ts'
import { COMMANDS } from './commands.ts'
import { HARMLESS } from './harmless.ts'
import { SECOND } from './second.ts'
import { SETTINGS } from './settings.ts'
import { TOKENS } from './tokens.ts'

const scanner = new Scanner()
/** Each case with several values: a rule that a value passes by chance is no rule. */
const SEEDS = [11, 222, 3333, 44_444, 555_555]

function caseOf(one: string | Case): Case {
  return typeof one === 'string' ? { text: one } : one
}

/** The tier of the finding that covers the whole secret; null when there is none. */
function tierOf({ text: template, context }: Case, seed: number): string | null {
  const { text, secret } = made(template, seed)
  const from = text.indexOf(secret)
  const found = scanner.scanText(text, context).findings
  const whole = found.find(
    ({ start, end, value }) => value.includes(secret) || (start <= from && end >= from + secret.length),
  )
  return whole?.tier ?? null
}

/** The share of made values that are found, in percent, and the texts of those that are not. */
function found(
  cases: readonly (string | Case)[],
  isEnough: (tier: string | null) => boolean,
): { share: number; missed: string[] } {
  const missed = cases.flatMap((one) =>
    SEEDS.filter((seed) => !isEnough(tierOf(caseOf(one), seed))).map((seed) => made(caseOf(one).text, seed).text),
  )
  return { share: 100 - (missed.length / (cases.length * SEEDS.length)) * 100, missed }
}

test('there are enough cases to say something', () => {
  expect(TOKENS.length + SETTINGS.length + COMMANDS.length + SECOND.length).toBeGreaterThanOrEqual(400)
  expect(HARMLESS.length).toBeGreaterThanOrEqual(190)
})

test.each([
  ['tokens of vendors that are not listed, and of other lengths', TOKENS, 97],
  ['secrets beside a name', SETTINGS, 98.5],
  ['secrets in commands, headers, addresses and files', COMMANDS, 98.5],
  ['secrets of the second set', SECOND, 89],
] as const)('%s are found', (_name, cases, least) => {
  const { share, missed } = found(cases, (tier) => tier !== null)

  expect(share, missed.join('\n')).toBeGreaterThanOrEqual(least)
})

test.each([
  ['a name', SETTINGS, 90],
  ['a command, a header, an address or a file', COMMANDS, 94],
] as const)('beside %s most are more than a guess', (_name, cases, least) => {
  const { share, missed } = found(cases, (tier) => tier === 'definite' || tier === 'likely')

  expect(share, missed.join('\n')).toBeGreaterThanOrEqual(least)
})

test.each(HARMLESS.map((one, index): [string, Case, number] => [caseOf(one).text.slice(0, 60), caseOf(one), index]))(
  'no secret: %s',
  (_name, { text: template, context }, index) => {
    for (const seed of SEEDS) {
      const { text } = made(template, seed + index)
      const sure = scanner.scanText(text, context).findings.filter(({ tier }) => tier !== 'candidate')
      expect(sure, text).toEqual([])
    }
  },
)

test('of the harmless texts few hold anything to ask about', () => {
  const asked = HARMLESS.filter((one, index) => {
    const { text, context } = caseOf(one)
    return scanner.scanText(made(text, index).text, context).findings.length > 0
  })

  expect(asked.length).toBeLessThanOrEqual(6)
})
