import { expect, test } from 'vitest'
import { markdownToHtml } from '../markdown.ts'
import { splitMarks } from './secret-marks.ts'

const MARK = '[REDACTED:github-pat:7F3A]'

test('a text is cut at its marks, and the parts together are the text', () => {
  const text = `Push with ${MARK} and ${MARK}.`
  const parts = splitMarks(text)
  expect(parts.map((part) => part.text).join('')).toBe(text)
  expect(parts.map(({ mark }) => mark?.tag ?? null)).toEqual([null, '7F3A', null, '7F3A', null])
  expect(parts[1]?.mark?.kind).toBe('github-pat')
})

test.each(['[REDACTED]', '[REDACTED:openai-key]', '[REDACTED:a b:7F3A]', '[REDACTED:github-pat:7f3a]', ''])(
  '“%s” is no mark',
  (text) => {
    expect(splitMarks(text)).toEqual([{ text, mark: null }])
  },
)

function shown(markdown: string): HTMLElement {
  const root = document.createElement('div')
  root.innerHTML = markdownToHtml(markdown)
  return root
}

test('marks in Markdown are links to their secret, in text, in code and in blocks of code', () => {
  const root = shown(`**${MARK}** and \`${MARK}\`\n\n\`\`\`\nexport A='${MARK}'\n\`\`\``)
  const links = [...root.querySelectorAll('a.secret-mark')]
  expect(links.map((link) => [link.parentElement?.tagName, link.textContent, link.getAttribute('href')])).toEqual([
    ['STRONG', MARK, '/secrets?q=7F3A'],
    ['CODE', MARK, '/secrets?q=7F3A'],
    ['CODE', MARK, '/secrets?q=7F3A'],
  ])
  expect(root.textContent).toContain(`export A='${MARK}'`)
})

test('a mark inside of a link stays text, and what else is hostile stays harmless', () => {
  const root = shown(`[see ${MARK}](https://example.org) <img src=x onerror=1> ${MARK}"><b onclick=1>`)
  expect(root.querySelectorAll('a a')).toHaveLength(0)
  expect(root.querySelectorAll('a.secret-mark')).toHaveLength(1)
  expect(root.querySelectorAll('[onerror], [onclick], img, b')).toHaveLength(0)
})

test('what a session writes cannot pass for a mark', () => {
  const root = shown('<a class="secret-mark" data-secret-tag="AAAA" href="javascript:1">x</a>')
  expect(root.querySelectorAll('[data-secret-tag]')).toHaveLength(0)
})
