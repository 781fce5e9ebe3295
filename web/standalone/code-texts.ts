import type { SharedFile, SharedVersion } from '../../server/contract/sharing.ts'

/** A file at a moment, and what it was before its last change. */
export interface FileThen {
  version: SharedVersion
  /** Null when it is not known, or no file was there. */
  text: string | null
  before: string | null
  /** Lines that the last change wrote, counted from 1, both ends included; null for none. */
  written: [number, number] | null
}

/** The texts of a file's versions, put together when they are asked for. */
export class CodeTexts {
  readonly file: SharedFile
  readonly #texts: (string | null)[] = []

  constructor(file: SharedFile) {
    this.file = file
  }

  /** Index of the version that stood after an event; -1 when nothing was known yet. */
  indexAt(seq: number): number {
    return this.file.versions.findLastIndex((version) => version.seq <= seq)
  }

  at(index: number): FileThen | undefined {
    const version = this.file.versions[index]
    if (version === undefined) return undefined
    const text = this.#text(index)
    const isFirst = index === 0 && version.seq < 0
    const before = index === 0 ? (isFirst ? text : '') : this.#text(index - 1)
    return { version, text, before, written: isFirst || text === null ? null : linesWritten(version, text) }
  }

  #text(index: number): string | null {
    for (let at = this.#texts.length; at <= index; at += 1) {
      const version = this.file.versions[at]
      const before = this.#texts[at - 1] ?? ''
      const isKnown = version !== undefined && version.text !== null
      this.#texts.push(
        isKnown
          ? before.slice(0, version.keepStart) + version.text + before.slice(before.length - version.keepEnd)
          : null,
      )
    }
    return this.#texts[index] ?? null
  }
}

function linesWritten({ keepStart, text }: SharedVersion, whole: string): [number, number] | null {
  if (text === null || text === '') return null
  const first = whole.slice(0, keepStart).split('\n').length
  return [first, first + text.replace(/\n$/, '').split('\n').length - 1]
}
