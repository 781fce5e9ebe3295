import DOMPurify from 'dompurify'
import { Marked } from 'marked'
import { linkMarks, mayHoldMarks } from './marks/secret-marks.ts'

/** Tags that Markdown makes. Everything else in a session's text is shown as the text that it is. */
const tags = [
  ...['p', 'br', 'hr', 'strong', 'em', 'del', 'code', 'pre', 'blockquote', 'a', 'ul', 'ol', 'li', 'input'],
  ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'div'],
]
const attributes = [
  'href',
  'title',
  'class',
  'start',
  'align',
  'type',
  'checked',
  'disabled',
  'rel',
  'target',
  'tabindex',
]

const marked = new Marked({
  gfm: true,
  breaks: true,
  renderer: {
    /** HTML in a session is something that was written, not something to run or to lay out. */
    html: ({ text }) => escapeHtml(text),
    /** An image would make the browser ask another machine for it: it stays a link. */
    image: ({ href, text }) => `<a href="${escapeHtml(href)}">${escapeHtml(text || href)}</a>`,
  },
})

const purifier = DOMPurify(window)
purifier.addHook('afterSanitizeAttributes', (node) => {
  if (node.nodeName === 'A') {
    const href = node.getAttribute('href') ?? ''
    if (!/^(https?|mailto):/i.test(href)) node.removeAttribute('href')
    node.setAttribute('rel', 'noopener noreferrer nofollow')
    node.setAttribute('target', '_blank')
  }
  if (node.nodeName === 'INPUT' && node.getAttribute('type') !== 'checkbox') node.remove()
  // Wide code scrolls, and what scrolls must be reachable by keyboard.
  if (node.nodeName === 'PRE') node.setAttribute('tabindex', '0')
})

/** Turns Markdown into HTML that can do nothing but be looked at. The only such place in the web app. */
export function markdownToHtml(text: string, marks: 'links' | 'text' = 'links'): string {
  const html = marked.parse(text, { async: false })
  const clean = purifier.sanitize(html, {
    ALLOWED_TAGS: tags,
    ALLOWED_ATTR: attributes,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
  })
  return marks === 'links' && mayHoldMarks(clean) ? withMarks(clean) : clean
}

function withMarks(clean: string): string {
  const holder = document.createElement('template')
  holder.innerHTML = clean
  linkMarks(holder.content)
  return holder.innerHTML
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
