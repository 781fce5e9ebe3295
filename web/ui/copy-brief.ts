import { writeBrief } from '../../server/contract/compaction.ts'
import { call, sentenceOf } from '../api/call.ts'
import { copyText } from '../state/clipboard.ts'
import { formatCount } from './format.ts'
import type { Toasts } from './toasts.svelte.ts'

/** Enough for what matters, little beside a fresh context. */
const budget = 4_000

/** Copies a brief of what the last compaction dropped, or of the whole session when there was none. */
export async function copyBriefOf(toasts: Toasts, sessionId: string): Promise<void> {
  try {
    const { text, tokens, included } = await call(writeBrief, { params: { sessionId }, body: { budget } })
    if (included.length === 0) toasts.show('There is nothing to brief about: nothing was lost so far')
    else
      await copyText(
        toasts,
        text,
        `Recovery brief copied: ${formatCount(tokens)} tokens. Paste it as your next prompt.`,
      )
  } catch (error) {
    toasts.show(sentenceOf(error), 'error')
  }
}
