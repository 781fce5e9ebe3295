import type { FileAction, PlannedFile } from '../../server/contract/change.ts'
import { formatCountOf } from './format.ts'

/** What matters most comes first: what is refused, then what would be lost without a copy, then what is new. */
const order: readonly FileAction[] = ['refused', 'replace', 'delete', 'create', 'unchanged']

/** The files of a plan in the order in which a person should look at them. */
export function sortPlan(files: readonly PlannedFile[]): PlannedFile[] {
  return order.flatMap((action) => files.filter((file) => file.action === action))
}

/** How many files have each action. */
export function countPlan(files: readonly PlannedFile[]): Record<FileAction, number> {
  const counts: Record<FileAction, number> = { create: 0, replace: 0, delete: 0, unchanged: 0, refused: 0 }
  for (const { action } of files) counts[action] += 1
  return counts
}

/** How many files a plan would write or delete. */
export function writesOf(files: readonly PlannedFile[]): number {
  const counts = countPlan(files)
  return counts.create + counts.replace + counts.delete
}

/** What a button that carries out a plan should say: `Write 3 files`, `Delete 1 file`, `Write 2 and delete 1`. */
export function planVerb(files: readonly PlannedFile[]): string {
  const counts = countPlan(files)
  const written = counts.create + counts.replace
  if (written > 0 && counts.delete > 0) return `Write ${formatCountOf(written, 'file')} and delete ${counts.delete}`
  if (counts.delete > 0) return `Delete ${formatCountOf(counts.delete, 'file')}`
  return `Write ${formatCountOf(written, 'file')}`
}

/** The longest folder that all paths lie in, with its last slash; empty for none or for a single path. */
export function commonFolder(paths: readonly string[]): string {
  const [first, ...others] = paths
  if (first === undefined || others.length === 0) return ''
  let length = first.lastIndexOf('/') + 1
  for (const path of others) {
    while (length > 0 && !path.startsWith(first.slice(0, length))) {
      length = length < 2 ? 0 : first.lastIndexOf('/', length - 2) + 1
    }
  }
  return length > 1 ? first.slice(0, length) : ''
}
