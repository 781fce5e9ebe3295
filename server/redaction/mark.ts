/** Finds what stands in the place of secrets in texts, such as `[REDACTED:github-pat:7F3A]`. */
export const MARK = /\[REDACTED:[a-z0-9-]+:[A-Z2-7]{4,}\]/g

/** What stands in the place of a secret: its kind, and the beginning of the keyed hash of its value. */
export function markOf({ kind, tag }: { kind: string; tag: string }): string {
  return `[REDACTED:${kind}:${tag}]`
}
