// @vitest-environment node
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const css = readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8')

/** Texts and the grounds that they stand on anywhere in the app. */
const texts: [text: string, grounds: string[]][] = [
  ['text', ['bg', 'surface', 'raised', 'sunken', 'hover', 'pressed', 'selection', 'accent-soft']],
  ['text-muted', ['bg', 'surface', 'raised', 'sunken', 'hover']],
  ['text-faint', ['bg', 'surface', 'raised', 'sunken', 'hover']],
  ['accent', ['bg', 'surface', 'raised', 'hover', 'accent-soft']],
  ['on-accent', ['accent-fill', 'error-fill']],
  ['added', ['bg', 'surface', 'hover', 'added-soft']],
  ['removed', ['bg', 'surface', 'hover', 'removed-soft']],
  ['warning', ['bg', 'surface', 'hover', 'warning-soft']],
  ['error', ['bg', 'surface', 'hover', 'error-soft']],
  ['compaction', ['bg', 'surface', 'compaction-soft']],
  ['agent-claude-code', ['bg', 'surface']],
  ...['text', 'comment', 'keyword', 'string', 'number', 'name', 'type', 'punctuation'].map(
    (kind): [string, string[]] => [`code-${kind}`, ['surface', 'sunken', 'added-soft', 'removed-soft']],
  ),
]

/** Lines of controls and marks that must be seen, but not read. */
const shapes: [shape: string, grounds: string[]][] = [
  ['border-control', ['bg', 'surface']],
  ['focus', ['bg', 'surface', 'raised']],
]

describe.each(['dark', 'light'])('in the %s theme', (theme) => {
  const colours = coloursOf(theme)

  test.each(texts)('%s can be read on every ground that it stands on', (text, grounds) => {
    for (const ground of grounds) expect(contrast(colours, text, ground), ground).toBeGreaterThanOrEqual(4.5)
  })

  test.each(shapes)('%s can be seen on every ground that it stands on', (shape, grounds) => {
    for (const ground of grounds) expect(contrast(colours, shape, ground), ground).toBeGreaterThanOrEqual(3)
  })
})

test('both themes have the same colours', () => {
  expect([...coloursOf('light').keys()]).toEqual([...coloursOf('dark').keys()])
})

function coloursOf(theme: string): Map<string, string> {
  const block = new RegExp(`\\[data-theme='${theme}'\\] \\{([^}]*)\\}`).exec(css)?.[1] ?? ''
  return new Map([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map(([, name = '', value = '']) => [name, value]))
}

/** WCAG 2.2, contrast ratio. */
function contrast(colours: Map<string, string>, one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(colours.get(one)), luminance(colours.get(other))].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(colour: string | undefined): number {
  if (!colour) throw new Error('The colour is not in the theme.')
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const part = Number.parseInt(colour.slice(start, start + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
