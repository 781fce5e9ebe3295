const NAME = 'lossless-found'
/** More marks than a screen can hold help nobody. */
const MOST = 500

/**
 * Marks words in what an element shows, now and whenever it changes, without touching its nodes; returns the function
 * that ends it. Where the browser cannot do that, nothing is marked.
 */
export function highlightWords(root: HTMLElement, words: string): () => void {
  const needle = words.toLowerCase()
  if (needle === '' || !('highlights' in CSS)) return () => undefined
  let frame = 0
  const mark = () => {
    frame = 0
    CSS.highlights.set(NAME, new Highlight(...rangesOf(root, needle)))
  }
  const observer = new MutationObserver(() => (frame ||= requestAnimationFrame(mark)))
  observer.observe(root, { childList: true, subtree: true, characterData: true })
  mark()
  return () => {
    observer.disconnect()
    cancelAnimationFrame(frame)
    CSS.highlights.delete(NAME)
  }
}

function rangesOf(root: HTMLElement, needle: string): StaticRange[] {
  const ranges: StaticRange[] = []
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node && ranges.length < MOST; node = walker.nextNode()) {
    const text = node.textContent?.toLowerCase() ?? ''
    for (let at = text.indexOf(needle); at !== -1; at = text.indexOf(needle, at + needle.length)) {
      const end = at + needle.length
      ranges.push(new StaticRange({ startContainer: node, startOffset: at, endContainer: node, endOffset: end }))
    }
  }
  return ranges
}
