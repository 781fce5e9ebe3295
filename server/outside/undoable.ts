import type { ChangedFile, JournalEntry } from '../../db/stores/outside-store.ts'
import type { OutsideChange } from '../contract/change.ts'
import { hashFile, inLanes } from './plan.ts'
import { lookAtFile, type Seen } from './target.ts'

/** Hashes that are remembered, so that a list costs one look per file. */
const MOST_REMEMBERED = 2000

/** Describes changes as the contract has them, with whether each file can still be put back. */
export class Undoable {
  readonly #hashes = new Map<string, string>()

  async describe({ id, kind, title, at, phase, files }: JournalEntry): Promise<OutsideChange> {
    const state = phase === 'undone' || phase === 'interrupted' ? phase : 'done'
    return {
      id,
      kind,
      title,
      at: new Date(at).toISOString(),
      state,
      files: await inLanes(files, async (file) => ({
        path: file.path,
        action: file.action,
        canUndo: state !== 'undone' && (await this.#canUndo(file)),
      })),
    }
  }

  /** The file is as the change left it, or as it was before. */
  async #canUndo(file: ChangedFile): Promise<boolean> {
    const seen = await lookAtFile(file.path)
    if (seen === null) return file.after === null || file.before === null
    if (typeof seen === 'string') return false
    if (seen.stamp === file.afterStamp) return true
    const wanted = [file.after, file.before].filter((side) => side?.length === seen.size)
    if (wanted.length === 0) return false
    const sha256 = await this.#hash(file.path, seen)
    return wanted.some((side) => side?.sha256 === sha256)
  }

  async #hash(path: string, { stamp }: Seen): Promise<string | null> {
    const key = `${path} ${stamp}`
    const known = this.#hashes.get(key)
    if (known !== undefined) return known
    const sha256 = await hashFile(path).catch(() => null)
    if (sha256 === null) return null
    const [oldest] = this.#hashes.keys()
    if (this.#hashes.size >= MOST_REMEMBERED && oldest !== undefined) this.#hashes.delete(oldest)
    this.#hashes.set(key, sha256)
    return sha256
  }
}
