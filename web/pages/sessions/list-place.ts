/** Where one stood in the list, kept with the entry of the history. */
export interface ListPlace {
  offset: number
  activeKey: string | undefined
  /** Keys of folded groups. */
  folded: readonly string[]
}

/** Reads a place back; anything else than a place is the top of the list. */
export function readPlace(noted: unknown): ListPlace {
  const place: Partial<Record<keyof ListPlace, unknown>> = typeof noted === 'object' && noted !== null ? noted : {}
  const folded = Array.isArray(place.folded) ? place.folded.filter((key) => typeof key === 'string') : []
  return {
    offset: typeof place.offset === 'number' ? place.offset : 0,
    activeKey: typeof place.activeKey === 'string' ? place.activeKey : undefined,
    folded,
  }
}
