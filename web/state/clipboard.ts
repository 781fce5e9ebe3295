import type { Toasts } from '../ui/toasts.svelte.ts'

/** Copies a text and says so. Where the browser refuses, because the click is too long ago, a button tries again. */
export async function copyText(toasts: Toasts, text: string, done: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    toasts.show(done)
  } catch {
    toasts.offer({
      text: 'The browser did not allow copying. Click to try again, or select the text by hand.',
      tone: 'error',
      actions: [{ label: 'Copy', run: () => void copyText(toasts, text, done) }],
    })
  }
}

/** Has the browser save a text as a file. */
export function saveText(name: string, text: string, mediaType: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: mediaType }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
