import { parse } from 'jsonc-parser'
import { expect, test } from 'vitest'
import { insertJson, removeJson, replaceJson } from './json-edit.ts'

test('a member is put behind the last one, in the layout that is there', () => {
  expect(insertJson('{\n    "a": 1\n}\n', ['b'], { c: [2] })).toBe(
    '{\n    "a": 1,\n    "b": {\n        "c": [\n            2\n        ]\n    }\n}\n',
  )
  expect(insertJson('{"a":1}', ['b'], [2])).toBe('{"a":1, "b": [2]}')
  expect(insertJson('{\n\t"a": [1, 2]\n}', ['a', 2], 3)).toBe('{\n\t"a": [1, 2, 3]\n}')
})

test('comments and trailing commas stay where they are', () => {
  expect(insertJson('{\n  "a": 1 // one, first\n}\n', ['b'], 2)).toBe('{\n  "a": 1, // one, first\n  "b": 2\n}\n')
  expect(insertJson('{\n  "a": 1, // one\n}\n', ['b'], 2)).toBe('{\n  "a": 1, // one\n  "b": 2,\n}\n')
  expect(insertJson('{\n  // nothing yet\n}\n', ['b'], 2)).toBe('{\n  // nothing yet\n  "b": 2\n}\n')
})

test('an empty object is opened', () => {
  expect(insertJson('{}', ['a'], 1)).toBe('{\n  "a": 1\n}')
  expect(insertJson('{\n  "a": {}\n}', ['a', 'b'], 1)).toBe('{\n  "a": {\n    "b": 1\n  }\n}')
})

test('a member is taken out wherever it stands', () => {
  expect(removeJson('{\n  "a": 1,\n  "b": 2,\n  "c": 3\n}', ['a'])).toBe('{\n  "b": 2,\n  "c": 3\n}')
  expect(removeJson('{\n  "a": 1,\n  "b": 2,\n  "c": 3\n}', ['b'])).toBe('{\n  "a": 1,\n  "c": 3\n}')
  expect(removeJson('{\n  "a": 1,\n  "b": 2,\n  "c": 3\n}', ['c'])).toBe('{\n  "a": 1,\n  "b": 2\n}')
  expect(removeJson('{"a":[1,2]}', ['a', 0])).toBe('{"a":[2]}')
  expect(removeJson('{\n  "a": 1,\n}', ['a'])).toBe('{}')
})

test('in a list on one line the blanks around a member go with it', () => {
  expect(insertJson('{\n  "a": [ 1 ]\n}', ['a', 1], 2)).toBe('{\n  "a": [ 1, 2 ]\n}')
  expect(removeJson('{\n  "a": [ 1, 2 ]\n}', ['a', 1])).toBe('{\n  "a": [ 1 ]\n}')
  expect(removeJson('{\n  "a": [ 1, 2, 3 ]\n}', ['a', 1])).toBe('{\n  "a": [ 1, 3 ]\n}')
  expect(removeJson('{\n  "a": [ 1, 2 ]\n}', ['a', 0])).toBe('{\n  "a": [ 2 ]\n}')
})

test('what a comment says of others stays when a member goes', () => {
  expect(removeJson('{\n  "a": 1, // first, with a comma\n  "b": 2\n}', ['b'])).toBe(
    '{\n  "a": 1 // first, with a comma\n}',
  )
  expect(removeJson('{\n  // above\n  "a": 1\n}', ['a'])).toBe('{\n  // above\n}')
})

test('a value is replaced in place', () => {
  expect(replaceJson('{\n  "a": { "b": 1 }, // x\n}', ['a'], 2)).toBe('{\n  "a": 2, // x\n}')
})

/** Small texts of every layout; the seed makes a failure repeatable. */
function randomText(seed: number): string {
  let state = seed
  const next = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * below)
  }
  const eol = next(2) === 0 ? '\n' : '\r\n'
  const gap = (): string => ['', ' ', eol, `${eol}  `, ' /* c, c */ ', ` // x, y${eol}`][next(6)] ?? ''
  const members = Array.from(
    { length: next(4) },
    (_, index) => `"k${index}"${gap()}:${gap()}[${gap()}${index}${gap()}]`,
  )
  const trailing = members.length > 0 && next(3) === 0 ? `${gap()},` : ''
  return `{${gap()}${members.join(`${gap()},${gap()}`)}${gap()}${trailing}${gap()}}`
}

test('whatever the layout, what is put in and taken out again leaves the same values and every comment', () => {
  for (let seed = 1; seed <= 2000; seed += 1) {
    const text = randomText(seed)
    const value = parse(text, [], { allowTrailingComma: true }) as Record<string, unknown>
    const put = insertJson(text, ['new'], { hooks: [1] })
    expect(parse(put, [], { allowTrailingComma: true }), `${seed}: ${text}`).toEqual({ ...value, new: { hooks: [1] } })

    const back = removeJson(put, ['new'])
    expect(parse(back, [], { allowTrailingComma: true }), `${seed}: ${put}`).toEqual(value)
    expect(commentsOf(back), `${seed}: ${put}`).toEqual(commentsOf(text))

    const [first] = Object.keys(value)
    if (first === undefined) continue
    const { [first]: _, ...rest } = value
    expect(parse(removeJson(text, [first]), [], { allowTrailingComma: true }), `${seed}: ${text}`).toEqual(rest)
  }
})

function commentsOf(text: string): string[] {
  return text.match(/\/\*.*?\*\/|\/\/[^\r\n]*/g) ?? []
}
