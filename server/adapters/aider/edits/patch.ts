import type { FileEdit } from './edits.ts'

const FILE = /^\*\*\* (Add|Delete|Update) File: (.+)$/

/** The format `patch`: files to add, delete and update between `*** Begin Patch` and `*** End Patch`. */
export function patchEdits(lines: readonly string[]): FileEdit[] {
  const edits: FileEdit[] = []
  let file: { verb: string; path: string } | null = null
  let body: string[] = []
  const close = (): void => {
    if (file !== null) edits.push(...editsOf(file, body))
    file = null
    body = []
  }
  for (const line of lines) {
    const [, verb, path] = FILE.exec(line) ?? []
    if (verb !== undefined && path !== undefined) {
      close()
      file = { verb, path: path.trim() }
    } else if (line.startsWith('*** End Patch')) close()
    else if (file !== null) body.push(line)
  }
  close()
  return edits
}

function editsOf(file: { verb: string; path: string }, body: readonly string[]): FileEdit[] {
  const { verb, path } = file
  if (verb === 'Delete') return [{ kind: 'delete', path }]
  if (verb === 'Add') return [{ kind: 'whole', path, content: side(body, '+') }]
  return chunksOf(body).map((chunk) => ({
    kind: 'replace',
    path,
    replacements: [{ old: side(chunk, '- '), new: side(chunk, '+ ') }],
  }))
}

/** Each `@@` begins a new place in the file; what stands behind it only says where that is. */
function chunksOf(body: readonly string[]): string[][] {
  const chunks: string[][] = [[]]
  for (const line of body) {
    if (line.startsWith('@@')) chunks.push([])
    else if (!line.startsWith('***')) chunks.at(-1)?.push(line)
  }
  return chunks.filter((chunk) => chunk.some((line) => /^[+-]/.test(line)))
}

/** The lines that begin with one of the signs, without it; a line that is empty counts as one of both sides. */
function side(lines: readonly string[], signs: string): string {
  const own = lines.filter((line) => (line === '' ? signs.includes(' ') : signs.includes(line[0] ?? '')))
  return own.map((line) => `${line.slice(1)}\n`).join('')
}
