/** Milliseconds after which the browser has certainly begun to write it. */
const HELD_MS = 10_000

/** Has the browser save bytes under a name. */
export function saveFile(file: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), HELD_MS)
}
