import { replayPath } from '../routes.ts'
import type { AppState } from '../state/app.ts'
import type { ContextWarning } from '../state/context-warnings.svelte.ts'
import { formatTokens } from '../ui/format.ts'
import { turnsText } from '../ui/turns.ts'
import { copyBriefOf } from '../ui/copy-brief.ts'

/** Long enough for someone who looks up from other work. */
const shownMs = 30_000

/** Shows that a context passed a level: in the app, and as a notification where that is wanted and allowed. */
export function showWarning(app: AppState, warning: ContextWarning): void {
  const { toasts, router, notifications, warnings } = app
  const open = () => router.navigate(replayPath(warning.sessionId))
  const said = sayWarning(warning, warnings.areSnapshotsTaken)
  toasts.offer({
    text: `${said.title}. ${said.body}`,
    tone: 'warning',
    forMs: shownMs,
    actions: [
      { label: 'Open', run: open },
      { label: 'Copy recovery brief', run: () => void copyBriefOf(toasts, warning.sessionId) },
    ],
  })
  if (warnings.isNotifying) notifications.show({ ...said, tag: `context ${warning.sessionId}`, onclick: open })
}

/** A warning in words. */
export function sayWarning(warning: ContextWarning, isSnapshotTaken: boolean): { title: string; body: string } {
  const parts = [
    warning.title,
    `${formatTokens(warning.used)} of ${formatTokens(warning.window)} tokens`,
    turnsText(warning.turnsLeft),
    isSnapshotTaken ? 'A snapshot was taken' : undefined,
  ]
  return { title: `The context is ${warning.level} % full`, body: `${parts.filter(Boolean).join('. ')}.` }
}
