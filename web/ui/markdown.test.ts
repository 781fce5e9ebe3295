import { describe, expect, test } from 'vitest'
import { markdownToHtml } from './markdown.ts'

function draw(text: string): HTMLElement {
  const box = document.createElement('div')
  box.innerHTML = markdownToHtml(text)
  return box
}

describe('hostile text', () => {
  test.each([
    ['a script', '<script>alert(1)</script>'],
    ['an image with a handler', '<img src=x onerror=alert(1)>'],
    ['a drawing with a handler', '<svg onload=alert(1)><circle/></svg>'],
    ['a frame', '<iframe src="https://example.org"></iframe>'],
    ['a form', '<form action="https://example.org"><button>Pay</button></form>'],
    ['a style', '<style>body{display:none}</style>'],
    ['a link inside HTML', '<a href="javascript:alert(1)">x</a>'],
    ['HTML inside a sentence', 'see <b onmouseover=alert(1)>this</b>'],
  ])('%s stays the text that it is', (_, text) => {
    const box = draw(text)

    expect(box.textContent.trim()).toBe(text)
    expect(box.querySelector('script, img, svg, iframe, form, button, style, b, a')).toBeNull()
  })

  test.each([
    ['javascript:alert(1)'],
    ['JaVaScRiPt:alert(1)'],
    ['data:text/html,<script>alert(1)</script>'],
    ['vbscript:x'],
    ['file:///etc/passwd'],
    ['/api/settings'],
  ])('a link to %s goes nowhere', (address) => {
    const link = draw(`[go](<${address}>)`).querySelector('a')

    expect(link?.hasAttribute('href') ?? false).toBe(false)
  })

  test('no element keeps a handler or a style', () => {
    const box = draw('# t\n\n[a](https://example.org "t\\" onclick=\\"x")\n\n`<b onclick=x>`')

    for (const element of box.querySelectorAll('*')) {
      for (const { name } of element.attributes) expect(name).not.toMatch(/^(on|style)/)
    }
  })
})

test('an image is a link, so that nothing is fetched', () => {
  const box = draw('![a chart](https://example.org/pixel.png)')

  expect(box.querySelector('img')).toBeNull()
  expect(box.querySelector('a')?.getAttribute('href')).toBe('https://example.org/pixel.png')
  expect(box.textContent.trim()).toBe('a chart')
})

test('a link opens elsewhere and tells nothing about this page', () => {
  const link = draw('see https://example.org/a').querySelector('a')

  expect(link?.getAttribute('rel')).toBe('noopener noreferrer nofollow')
  expect(link?.getAttribute('target')).toBe('_blank')
})

test('what agents write is drawn: lists, tasks, tables, code', () => {
  const box = draw('- [x] done\n- open\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```ts\nconst a = 1 < 2\n```')

  expect(box.querySelectorAll('li')).toHaveLength(2)
  expect(box.querySelector('input')?.hasAttribute('disabled')).toBe(true)
  expect(box.querySelectorAll('td')).toHaveLength(2)
  expect(box.querySelector('pre code')?.textContent).toBe('const a = 1 < 2\n')
})

test('code that scrolls can be reached by keyboard', () => {
  expect(draw('```\na\n```').querySelector('pre')?.getAttribute('tabindex')).toBe('0')
})
