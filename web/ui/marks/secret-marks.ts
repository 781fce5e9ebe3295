/** A part of a text: plain, or what stands in the place of a secret. */
export interface TextPart {
  text: string
  mark: SecretMark | null
}

/** What a mark says. */
export interface SecretMark {
  /** `github-pat`. */
  kind: string
  /** Tells it from others of its kind. */
  tag: string
}

const BEGINNING = '[REDACTED:'
/** Kind and tag of each mark of a text. */
export const MARKS = /\[REDACTED:([a-z0-9-]+):([A-Z2-7]{4,})\]/g
/** Elements in which no link can stand. */
const NO_LINKS = 'a, button, summary'

/** True when a text may hold marks: one look, for texts that are long and mostly hold none. */
export function mayHoldMarks(text: string): boolean {
  return text.includes(BEGINNING)
}

/** Cuts a text at its marks. The parts together are the text. */
export function splitMarks(text: string): TextPart[] {
  if (!mayHoldMarks(text)) return [{ text, mark: null }]
  const parts: TextPart[] = []
  let done = 0
  for (const match of text.matchAll(MARKS)) {
    if (match.index > done) parts.push({ text: text.slice(done, match.index), mark: null })
    parts.push({ text: match[0], mark: { kind: match[1] ?? '', tag: match[2] ?? '' } })
    done = match.index + match[0].length
  }
  if (done < text.length) parts.push({ text: text.slice(done), mark: null })
  return parts
}

/** The attributes of a link that a mark is. The text stays the mark, so that finding and copying say the same. */
export function markAttributes({ kind, tag }: SecretMark): Record<string, string> {
  return {
    class: 'secret-mark',
    href: `/secrets?q=${tag}`,
    title: `A secret was here: ${kind.replaceAll('-', ' ')}. Opens it.`,
    'data-secret-tag': tag,
  }
}

/** Makes the marks in the texts of a tree links, where links can stand. */
export function linkMarks(root: Node): void {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  const texts: Text[] = []
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (node instanceof Text && mayHoldMarks(node.data) && !node.parentElement?.closest(NO_LINKS)) texts.push(node)
  }
  for (const text of texts) text.replaceWith(...splitMarks(text.data).map((part) => nodeOf(part)))
}

function nodeOf({ text, mark }: TextPart): Node {
  if (mark === null) return document.createTextNode(text)
  const link = document.createElement('a')
  for (const [name, value] of Object.entries(markAttributes(mark))) link.setAttribute(name, value)
  link.textContent = text
  return link
}
