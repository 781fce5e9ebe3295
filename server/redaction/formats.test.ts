import { expect, test } from 'vitest'
import { FORMATS } from './formats/all.ts'
import { drawn, sampleOf, seeded } from './sample.ts'
import { Scanner } from './scanner.ts'
import { ALPHABETS } from './charset.ts'

const scanner = new Scanner()
const random = seeded(20_261)

function found(text: string, value: string): string | undefined {
  return scanner.scanText(text).findings.find((finding) => finding.value.includes(value))?.tier
}

test('ids of formats are unique and every class of the reference is there', () => {
  const ids = FORMATS.map(({ id }) => id)

  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.length).toBeGreaterThanOrEqual(380)
})

test.each(FORMATS.filter((format) => format.class !== 'context').map((format) => [format.id, format] as const))(
  '%s is found by itself, in prose, glued to a written line end and in a setting of any name',
  (_id, format) => {
    for (const template of format.templates) {
      const token = sampleOf(template, random)
      for (const text of [token, `use ${token} there`, `line one\\n${token}\\n`, `mystery="${token}"`, `[${token}]`]) {
        expect(found(text, token), text).toBeDefined()
      }
    }
  },
)

test.each(FORMATS.filter((format) => format.class === 'context').map((format) => [format.id, format] as const))(
  '%s is found beside its usual name, and a word in its place is not',
  (_id, format) => {
    for (const template of format.templates) {
      const value = sampleOf(template, random)
      for (const text of [`${format.name}=${value}`, `"${format.name}": "${value}"`, `${format.name}: ${value}`]) {
        expect(found(text, value), text).toBeDefined()
      }
      expect(scanner.scanText(`${format.name}=process.env.${format.name}`).findings).toEqual([])
    }
  },
)

test.each(FORMATS.filter((format) => format.class === 'token').map((format) => [format.id, format] as const))(
  '%s with a row of x in place of its body is no finding',
  (_id, format) => {
    const blank = format.templates[0]?.replace(/\{\w+:?(\d*)[-\d]*\}/g, (_, count: string) =>
      'x'.repeat(Number(count || 8)),
    )

    expect(scanner.scanText(`TOKEN=${blank}`).findings).toEqual([])
  },
)

test('tokens whose length is not the published one are found when their prefix is distinct', () => {
  for (const [prefix, length] of [
    ['ghp_', 48],
    ['glpat-', 26],
    ['xoxb-', 60],
    ['sk-ant-api03-', 80],
    ['hvs.', 120],
    ['dop_v1_', 60],
    ['npm_', 40],
  ] as const) {
    const token = prefix + drawn(random, ALPHABETS.a62, length)
    expect(found(`the key is ${token}.`, token), token).toBeDefined()
  }
})
