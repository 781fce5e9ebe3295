import { applyEdit, applyHunks } from './apply.ts'
import type { Hunk } from './file-op.ts'
import { showsAfter } from './git-diff.ts'
import type { PathOp, Alteration, FileVersion, ContentId, Sweep } from './ledger.ts'
import { compareStamps, ORIGIN, stampOf, type Stamp } from './stamp.ts'
import { runSed } from './sed.ts'
import { choosePlace } from './placing.ts'
import { fitGlimpse, type Glimpse, joinGlimpses } from './glimpse.ts'

/** What folding one file may look up. */
export interface FoldWorld {
  text(id: ContentId): string | null
  keep(text: string, near: ContentId | null): ContentId
  /** Commands after `from` and up to `until` that could have touched this file, oldest first. */
  sweeps(from: Stamp, until: Stamp): Sweep[]
  /** A file's version right before a moment. */
  versionBefore(path: string, stamp: Stamp): FileVersion | undefined
  /** The versions that stand before the ones that folding starts with; none when it starts from nothing. */
  olderVersions(): readonly FileVersion[]
  /** The last commit that covers this file, before a moment. */
  lastCommit(stamp: Stamp): Stamp | null
}

/**
 * Turns what was recorded about one file, in order, into its versions. `start` holds the versions that stand already;
 * the last of them may still be confirmed or put in doubt, so it is part of the result.
 */
export function foldFile(ops: readonly PathOp[], start: readonly FileVersion[], world: FoldWorld): FileVersion[] {
  const fold = new Fold(start, world)
  for (const op of ops) fold.take(op)
  return fold.versions
}

class Fold {
  readonly versions: FileVersion[]
  readonly #world: FoldWorld
  /** Commands that named this file since it was last seen, and could have changed it. */
  #touches: Sweep[] = []
  #parts: Part[] = []

  constructor(start: readonly FileVersion[], world: FoldWorld) {
    this.versions = start.map((version) => ({ ...version }))
    this.#world = world
  }

  take(op: PathOp): void {
    if (op.alter) return this.#alter(op, op.alter)
    if (op.before !== undefined) this.#see(op, op.before)
    if (op.after !== undefined && (op.before === undefined || op.after !== op.before)) this.#set(op, op.after, true)
  }

  get #last(): FileVersion | undefined {
    return this.versions.at(-1)
  }

  /** The content was seen whole right before the operation: it confirms what is held, or tells of an unseen change. */
  #see(op: PathOp, content: ContentId | null): void {
    const held = this.#last
    if (!held) {
      if (content === null) return
      this.#push(ORIGIN, op, content, op)
      this.#confirm(op)
    } else if (held.content === content) {
      // Seen to be what we thought it was: then it was so all the time.
      held.exactFrom ??= stampOf(op)
      this.#confirm(op)
    } else this.#foundChanged(op, held, content)
  }

  #foundChanged(op: PathOp, held: FileVersion, content: ContentId | null): void {
    const candidates = this.#candidates(held, op)
    const place = choosePlace({
      held: held.content === null || held.content === undefined ? null : this.#world.text(held.content),
      seen: content === null ? null : this.#world.text(content),
      from: stampOf(held),
      noticed: stampOf(op),
      candidates,
    })
    held.doubtedAt = op.at
    this.versions.push({
      ...place.stamp,
      content,
      by: place.by,
      exactFrom: stampOf(op),
      confirmed: stampOf(op),
      doubtedAt: null,
    })
    this.#touches = []
  }

  #candidates(held: FileVersion, op: Stamp): Sweep[] {
    const named = this.#touches.filter((one) => compareStamps(one, held.confirmed) > 0)
    if (named.length > 0) return named
    return this.#world.sweeps(held.confirmed, op)
  }

  #confirm(op: Stamp): void {
    const held = this.#last
    if (held && compareStamps(op, held.confirmed) > 0) held.confirmed = stampOf(op)
    this.#touches = []
  }

  #set(op: PathOp, content: ContentId | null | undefined, isExact: boolean): void {
    this.#push(op, op, content, isExact ? op : null)
    this.#touches = []
    this.#parts = []
  }

  #push(at: Stamp, op: PathOp, content: ContentId | null | undefined, exactFrom: Stamp | null): void {
    this.versions.push({
      ...stampOf(at),
      content,
      by: op.by,
      exactFrom: exactFrom && stampOf(exactFrom),
      confirmed: stampOf(at),
      doubtedAt: null,
    })
  }

  #alter(op: PathOp, alter: Alteration): void {
    switch (alter.kind) {
      case 'patch':
        return this.#change(op, (base) => applyEdit(base, alter.hunks, alter.replace))
      case 'append':
        return this.#change(op, (base) => ({ text: base + alter.text, confidence: 'exact' }), alter.text)
      case 'sed':
        return this.#change(op, (base) => {
          const text = runSed(base, alter.steps)
          return text === null ? null : { text, confidence: 'exact' }
        })
      case 'from':
        return this.#takeFrom(op, alter.path)
      case 'revert':
        return this.#revert(op)
      case 'touch':
        this.#touches.push({ ...stampOf(op), cause: alter.cause })
        return this.#doubt(op)
      case 'unchanged':
        if (this.#last) this.#confirm(op)
        return
      case 'printed':
        return this.#printed(op, alter.text)
      case 'diff':
        return this.#seeDiff(op, alter.hunks)
      case 'glimpse':
        return this.#glimpse(op, alter)
    }
  }

  /** Changes what is held; exact only on an exact base that nothing could have touched unseen. */
  #change(
    op: PathOp,
    apply: (base: string) => { text: string; confidence: 'exact' | 'probable' } | null,
    whenMissing?: string,
  ): void {
    const held = this.#last
    if (held?.content === null && whenMissing !== undefined) return this.#set(op, this.#keep(whenMissing), true)
    const base = held?.content ? this.#world.text(held.content) : null
    const applied = base === null ? null : apply(base)
    if (!held || base === null || !applied) {
      if (held && base !== null) held.doubtedAt = op.at
      return this.#set(op, undefined, false)
    }
    const isExact = applied.confidence === 'exact' && this.#isSettled(held, op)
    if (applied.text !== base) this.#set(op, this.#keep(applied.text), isExact)
  }

  #keep(text: string): ContentId {
    return this.#world.keep(text, this.#last?.content ?? null)
  }

  /** Says whether nothing could have changed the held content since it was last known for sure. */
  #isSettled(held: FileVersion, at: Stamp): boolean {
    if (!held.exactFrom || compareStamps(held.exactFrom, at) > 0) return false
    return this.#touches.length === 0 && !this.#world.sweeps(held.confirmed, at).some((one) => one.cause !== 'check')
  }

  #takeFrom(op: PathOp, path: string): void {
    const source = this.#world.versionBefore(path, op)
    if (!source?.content) return this.#set(op, undefined, false)
    this.#set(op, source.content, source.exactFrom !== null && source.doubtedAt === null)
  }

  #revert(op: PathOp): void {
    const commit = this.#world.lastCommit(op)
    const known = [...this.#world.olderVersions(), ...this.versions]
    const version = commit ? known.findLast((one) => compareStamps(one, commit) < 0) : known[0]
    const origin = version ?? known[0]
    if (!origin || (commit === null && origin.at !== ORIGIN.at)) {
      this.#touches.push({ ...stampOf(op), cause: 'git' })
      return this.#doubt(op)
    }
    if (origin.content !== this.#last?.content) this.#set(op, origin.content, false)
  }

  /** Something could have changed the file: the content stays the best guess. */
  #doubt(op: PathOp): void {
    const held = this.#last
    if (!held || held.exactFrom === null) return
    this.versions.push({
      ...held,
      ...stampOf(op),
      exactFrom: null,
      confirmed: stampOf(op),
      doubtedAt: null,
      origin: originOf(held),
    })
  }

  /** A whole print whose last line ends may be cut. */
  #printed(op: PathOp, text: string): void {
    const held = this.#last
    const base = held?.content ? this.#world.text(held.content) : null
    if (held && base !== null && base.trimEnd() === text.trimEnd()) {
      held.exactFrom ??= stampOf(op)
      return this.#confirm(op)
    }
    const content = this.#world.keep(text === '' ? '' : `${text.trimEnd()}\n`, held?.content ?? null)
    if (held) this.#foundChanged(op, held, content)
    else this.#push(ORIGIN, op, content, null)
  }

  /**
   * All differences from a commit were shown: when they fit the held content, it stands as a whole. Else the commit's
   * content may be an older version, from which the differences lead to what is there now.
   */
  #seeDiff(op: PathOp, hunks: Hunk[]): void {
    const held = this.#last
    const base = held?.content ? this.#world.text(held.content) : null
    if (!held || base === null) return
    if (showsAfter(base, hunks)) return this.#confirm(op)
    const found = this.#fromOlder(hunks)
    if (found === null) {
      held.doubtedAt = op.at
      return
    }
    this.#foundChanged(op, held, this.#keep(found))
    const changed = this.#last
    if (changed) changed.exactFrom = null
  }

  #fromOlder(hunks: Hunk[]): string | null {
    const known = [...this.#world.olderVersions(), ...this.versions]
    for (const version of known.reverse()) {
      const text = version.content ? this.#world.text(version.content) : null
      const applied = text === null ? null : applyHunks(text, hunks)
      if (applied?.confidence === 'exact') return applied.text
    }
    return null
  }

  /** Parts of a file that is not known: together they may be the whole. */
  #collect(op: PathOp, part: Glimpse): void {
    if (this.#last?.content === null || part.totalLines === null) return
    if (this.#parts[0] && this.#parts[0].totalLines !== part.totalLines) this.#parts = []
    this.#parts.push({ text: part.text, startLine: part.startLine, totalLines: part.totalLines, stamp: stampOf(op) })
    const text = joinGlimpses(this.#parts)
    const [first] = this.#parts
    if (text === null || !first) return
    const isQuiet = this.#touches.length === 0 && this.#world.sweeps(first.stamp, op).length === 0
    this.#push(this.#last ? op : ORIGIN, op, this.#keep(text), isQuiet ? op : null)
    this.#confirm(op)
    this.#parts = []
  }

  #glimpse(op: PathOp, alter: Extract<Alteration, { kind: 'glimpse' }>): void {
    const held = this.#last
    const base = held?.content ? this.#world.text(held.content) : null
    if (!held || base === null) return this.#collect(op, alter)
    const fit = fitGlimpse(base, alter)
    if (fit === 'fits') return
    if (fit === 'elsewhere') {
      held.doubtedAt = op.at
      return
    }
    this.#foundChanged(op, held, this.#keep(fit.text))
    const found = this.#last
    if (found) found.exactFrom = null
  }
}

/** A part of a file whose whole content is not known, and when it was seen. */
interface Part extends Glimpse {
  stamp: Stamp
}

function originOf(held: FileVersion): Stamp {
  return held.origin ?? stampOf(held)
}
