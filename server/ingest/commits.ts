import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { CommitFiles } from '../code-state/recorder.ts'
import { gitEnvironment, safeGitArgs } from '../safe-git.ts'
import type { Vault } from '../vault/vault.ts'

const Files = z.object({
  root: z.string(),
  files: z.array(z.object({ path: z.string(), before: z.string().nullable(), after: z.string().nullable() })),
})

/** A commit of more files than this is none of an agent's edits. */
const MOST_FILES = 200
/** Bytes of a file; larger ones are left out. */
const LARGEST_FILE = 2_000_000
const MOST_OUTPUT = 64 * 1024 * 1024
/** Milliseconds for one call of git. */
const MOST_TIME = 5_000

/**
 * Looks up what commits changed that sessions name. Git is asked once for each, reading only; its answer is kept in the
 * vault, because a commit that was undone is collected some day.
 */
export class Commits {
  readonly #vault: Pick<Vault, 'keep' | 'readWhole'>
  readonly #folder: string
  readonly #waiting = new Set<Promise<void>>()

  constructor(vault: Pick<Vault, 'keep' | 'readWhole'>, dataDir: string) {
    this.#vault = vault
    this.#folder = join(dataDir, 'commits')
  }

  /** Null where the repository, git or the commit is not there. */
  read(folder: string, hash: string): CommitFiles | null {
    const name = createHash('sha256').update(`${folder}\0${hash}`).digest('hex').slice(0, 32)
    const path = join(this.#folder, `${name}.json`)
    const kept = this.#vault.readWhole(path)
    if (kept) return Files.parse(JSON.parse(Buffer.from(kept).toString('utf8')))
    const found = askGit(folder, hash)
    if (found) this.#keep(path, JSON.stringify(found))
    return found
  }

  /** Resolves when everything that was found is kept. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#waiting)
  }

  #keep(path: string, content: string): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    writeFileSync(path, content, { mode: 0o600 })
    const identity = { agent: 'lossless', role: 'outside', path, nativeId: null, subagentId: null } as const
    const work = this.#vault
      .keep(identity, () => undefined)
      .then(() => rmSync(path, { force: true }))
      .finally(() => this.#waiting.delete(work))
    this.#waiting.add(work)
    // What could not be kept stays in its file, and git is asked again the next time.
    work.catch(() => undefined)
  }
}

function askGit(folder: string, hash: string): CommitFiles | null {
  const root = git(folder, ['rev-parse', '--show-toplevel'])?.toString('utf8').trim()
  if (root === undefined || root === '') return null
  const commit = git(folder, ['rev-parse', '--verify', '--quiet', `${hash}^{commit}`])
    ?.toString('utf8')
    .trim()
  if (commit === undefined || commit === '') return null
  const listed = git(root, ['diff-tree', '-r', '-z', '--root', '--no-commit-id', '--no-renames', commit])
  if (listed === null) return null
  const changes = changesIn(listed.toString('utf8'))
  if (changes.length > MOST_FILES) return null
  const blobs = readBlobs(root, [...new Set(changes.flatMap(({ before, after }) => [before, after]))])
  const textOf = (blob: string | null) => (blob === null ? null : blobs.get(blob))
  const files = changes.flatMap(({ path, before, after }) => {
    const texts = { before: textOf(before), after: textOf(after) }
    if (texts.before === undefined || texts.after === undefined) return []
    return [{ path: `${root}/${path}`, before: texts.before, after: texts.after }]
  })
  return { root, files }
}

/** `:100644 100644 <old> <new> M`, then the path; names of nought where there is no file. */
function changesIn(listed: string): { path: string; before: string | null; after: string | null }[] {
  const parts = listed.split('\0')
  return parts.flatMap((part, at) => {
    const [, before = '', after = ''] = /^:\d+ \d+ ([0-9a-f]+) ([0-9a-f]+) [A-Z]\d*$/.exec(part) ?? []
    const path = parts[at + 1]
    return before === '' || path === undefined ? [] : [{ path, before: orNull(before), after: orNull(after) }]
  })
}

function orNull(blob: string): string | null {
  return /^0+$/.test(blob) ? null : blob
}

/** Texts by the name of their blob; what is binary or too large is left out. */
function readBlobs(root: string, names: readonly (string | null)[]): Map<string, string> {
  const asked = names.filter((name) => name !== null)
  const output = asked.length === 0 ? null : git(root, ['cat-file', '--batch'], `${asked.join('\n')}\n`)
  const texts = new Map<string, string>()
  for (let at = 0; output !== null && at < output.length;) {
    const end = output.indexOf(0x0a, at)
    const [name = '', kind, size] = output.toString('latin1', at, end).split(' ')
    const from = end + 1
    if (end === -1 || kind === undefined) break
    if (kind === 'missing') {
      at = from
      continue
    }
    const to = from + Number(size)
    const text = kind === 'blob' && to - from <= LARGEST_FILE ? textIn(output.subarray(from, to)) : null
    if (text !== null) texts.set(name, text)
    at = to + 1
  }
  return texts
}

function textIn(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    // It is no text, so nothing of it can be shown.
    return null
  }
}

/** What git prints; null when it is missing, refuses or takes too long. */
function git(folder: string, args: readonly string[], input = ''): Buffer | null {
  const done = spawnSync('git', safeGitArgs(folder, args), {
    env: gitEnvironment(),
    input,
    maxBuffer: MOST_OUTPUT,
    timeout: MOST_TIME,
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  return done.status === 0 ? done.stdout : null
}
