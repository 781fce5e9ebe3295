const FENCE = /^(?:`{3,}|~{3,}|<(?:source|code|pre|codeblock|sourcecode)>)/
const CLOSED = /^(?:`{3,}|~{3,}|<\/(?:source|code|pre|codeblock|sourcecode)>)\s*$/

/** True for a line that begins a fenced text. */
export function isFence(line: string): boolean {
  return FENCE.test(line.trim())
}

/** True for a line that can end one. */
export function isFenceEnd(line: string): boolean {
  return CLOSED.test(line.trim())
}

/** The file that a line names, without the decoration that models put around it; null when it names none. */
export function fileNameIn(line: string): string | null {
  const bare = line
    .trim()
    .replace(/^#+\s*/, '')
    .replace(/^(?:\*\*|`)+|(?:\*\*|`)+:?$|:$/g, '')
    .trim()
  if (bare === '' || bare === '...' || isFence(line) || /\s{2,}/.test(bare)) return null
  // A sentence is no name; a name with blanks has an ending.
  return /\s/.test(bare) && !/\.\w+$/.test(bare) ? null : bare
}

/** The name in the lines right above a block, the nearest first; a fence between is passed over. */
export function nameAbove(lines: readonly string[], block: number): string | null {
  for (let at = block - 1; at >= Math.max(0, block - 3); at -= 1) {
    const line = lines[at] ?? ''
    const tagged = /^`{3,}\w*\s+(\S*[./]\S*)$/.exec(line.trim())?.[1]
    if (tagged !== undefined) return tagged
    const name = fileNameIn(line)
    if (name !== null) return name
    if (!isFence(line) && line.trim() !== '') return null
  }
  return null
}
