import type { CodeFile } from '../../../server/contract/replay.ts'

/** A folder or a file as the tree shows it; folders with a single folder in them are one row. */
export type TreeRow =
  | { kind: 'folder'; path: string; name: string; depth: number; isOpen: boolean; files: number; changed: number }
  | { kind: 'file'; path: string; name: string; depth: number; file: CodeFile }

interface Folder {
  path: string
  name: string
  folders: Map<string, Folder>
  files: CodeFile[]
}

/** What the tree shows. `isOpen` says it of a folder by its path. */
export interface TreeFilter {
  words: string
  isChangedOnly: boolean
  isOpen: (folder: string) => boolean
}

/** The rows of the tree, folders first, in the order of their names. Words in the filter open every folder. */
export function treeRows(files: readonly CodeFile[], filter: TreeFilter): TreeRow[] {
  const words = filter.words.toLowerCase().split(/\s+/).filter(Boolean)
  const shown = files.filter((file) => {
    if (filter.isChangedOnly && !file.changed) return false
    const path = file.path.toLowerCase()
    return words.every((word) => path.includes(word))
  })
  const isOpen = words.length > 0 ? () => true : filter.isOpen
  const rows: TreeRow[] = []
  addRows(rows, buildTree(shown), { depth: 0, isOpen })
  return rows
}

/** Every folder that files stand in, at any depth. */
export function foldersOf(files: readonly CodeFile[]): Set<string> {
  const folders = new Set<string>()
  for (const { path } of files) {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) folders.add(path.slice(0, at))
  }
  return folders
}

function buildTree(files: readonly CodeFile[]): Folder {
  const root: Folder = { path: '', name: '', folders: new Map(), files: [] }
  for (const file of files) {
    const parts = file.path.split('/')
    let folder = root
    for (const [index, part] of parts.slice(0, -1).entries()) {
      const path = parts.slice(0, index + 1).join('/')
      const next = folder.folders.get(part) ?? { path, name: part, folders: new Map(), files: [] }
      folder.folders.set(part, next)
      folder = next
    }
    folder.files.push(file)
  }
  return root
}

function addRows(rows: TreeRow[], folder: Folder, place: { depth: number; isOpen: (path: string) => boolean }): void {
  const { depth, isOpen } = place
  for (const child of [...folder.folders.values()].sort(byName)) {
    const merged = mergeSingle(child)
    const inside = filesIn(merged)
    const open = isOpen(merged.path)
    rows.push({
      kind: 'folder',
      path: merged.path,
      name: merged.name || '/',
      depth,
      isOpen: open,
      files: inside.length,
      changed: inside.filter((file) => file.changed).length,
    })
    if (open) addRows(rows, merged, { depth: depth + 1, isOpen })
  }
  const files = folder.files
    .map((file) => ({ file, name: file.path.slice(file.path.lastIndexOf('/') + 1) }))
    .sort(byName)
  for (const { file, name } of files) rows.push({ kind: 'file', path: file.path, name, depth, file })
}

function mergeSingle(folder: Folder): Folder {
  let merged = folder
  while (merged.files.length === 0 && merged.folders.size === 1) {
    const [only] = merged.folders.values()
    if (!only) return merged
    merged = { ...only, name: `${merged.name}/${only.name}` }
  }
  return merged
}

function filesIn(folder: Folder): CodeFile[] {
  return [...folder.files, ...[...folder.folders.values()].flatMap(filesIn)]
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0
}
