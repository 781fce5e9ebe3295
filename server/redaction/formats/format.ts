/**
 * How a format is recognised: `token` by itself; `context` only by the name beside it; `url` is an address that is a
 * secret as a whole.
 */
export type FormatClass = 'token' | 'context' | 'url'

/** What else is known about a format. */
export interface FormatExtra {
  /** Further templates of the same kind. */
  also?: readonly string[]
  /** Structure or checksum in words, for the table of the documentation. */
  note?: string
}

/**
 * One fact sheet: id, provider, template, class, usual name of the variable, and where the fact was seen confirmed
 * (`gl` gitleaks, `bl` Betterleaks, `ti` titus/Kingfisher; empty: documentation of the vendor or general knowledge, so
 * the length is approximate). Templates are explained in `template.ts`.
 */
export type FormatRow = readonly [
  id: string,
  provider: string,
  template: string,
  formatClass: FormatClass,
  name: string,
  seen: string,
  extra?: FormatExtra,
]

/** A fact sheet with names. */
export interface Format {
  id: string
  provider: string
  templates: readonly string[]
  class: FormatClass
  name: string
  seen: string
  note: string
}

/** Gives a row its names. */
export function toFormat([id, provider, template, formatClass, name, seen, extra]: FormatRow): Format {
  return {
    id,
    provider,
    templates: [template, ...(extra?.also ?? [])],
    class: formatClass,
    name,
    seen,
    note: extra?.note ?? '',
  }
}
