import { placeOf, splitHref, withQuery, type Place, type QueryChange } from '../routes.ts'

interface NavigateOptions {
  /** Replaces the current entry of the history instead of adding one. */
  replace?: boolean
}

/** The address bar as state: which page is shown and what its query says. */
export class Router {
  #href = $state(location.pathname + location.search)
  #parts = $derived(splitHref(this.#href))
  #place = $derived(placeOf(this.#parts.path))

  get place(): Place {
    return this.#place
  }

  get path(): string {
    return this.#parts.path
  }

  /** To read only; `setQuery` changes it. */
  get query(): URLSearchParams {
    return this.#parts.query
  }

  /** Path and query, as a link would hold it. */
  get href(): string {
    return this.#href
  }

  /** Starts to follow the browser's back and forward and plain clicks on links; returns the function that stops it. */
  start(): () => void {
    const follow = () => {
      this.#href = location.pathname + location.search
    }
    const click = (event: MouseEvent) => this.#followLink(event)
    addEventListener('popstate', follow)
    document.addEventListener('click', click)
    return () => {
      removeEventListener('popstate', follow)
      document.removeEventListener('click', click)
    }
  }

  /** Goes to a path of the app, query included. */
  navigate(href: string, options: NavigateOptions = {}): void {
    if (href === this.#href) return
    if (options.replace) history.replaceState(history.state, '', href)
    else history.pushState(null, '', href)
    this.#href = location.pathname + location.search
  }

  /** Changes some keys of the query and leaves the others. */
  setQuery(change: QueryChange, options: NavigateOptions = {}): void {
    this.navigate(this.hrefWith(change), options)
  }

  /** The present address with some keys of the query changed. */
  hrefWith(change: QueryChange): string {
    return withQuery(this.#href, change)
  }

  /** Notes something about this entry of the history, for when one comes back to it. */
  note(key: string, value: unknown): void {
    history.replaceState({ ...readNotes(), [key]: value }, '')
  }

  /** What was noted about this entry of the history; survives a reload. */
  noted(key: string): unknown {
    return readNotes()[key]
  }

  #followLink(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (!link || link.target || link.hasAttribute('download')) return
    if (link.origin !== location.origin || link.pathname.startsWith('/api/')) return
    const href = link.pathname + link.search
    if (link.hash && href === this.#href) return
    event.preventDefault()
    this.navigate(href)
  }
}

function readNotes(): Record<string, unknown> {
  const notes: unknown = history.state
  return typeof notes === 'object' && notes !== null ? { ...notes } : {}
}
