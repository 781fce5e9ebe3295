import type { Composition, Conversation, Host, SessionComposer, Turn } from '../adapter.ts'
import { codexForks } from './fork.ts'
import { codexDir, pathsOf } from './locate.ts'

/** The version whose records these are. */
const VERSION = '0.169.0'

/** Makes rollouts that `codex resume` takes, of text alone, in the form without ordinals that every version reads. */
export const codexComposer: SessionComposer = { idFrom: (seed) => codexForks.idFrom(seed), compose }

function compose({ nativeId, cwd, turns, now }: Conversation, host: Host): Composition {
  const path = pathsOf(host)
  const root = path.join(codexDir(host), 'sessions')
  const created = new Date(now).toISOString()
  // Without a provider the one of the user's settings counts; another than that one is refused on resume.
  const meta = {
    id: nativeId,
    timestamp: created,
    cwd: cwd ?? host.homeDir,
    originator: 'codex_cli_rs',
    cli_version: VERSION,
    source: 'cli',
  }
  let at = 0
  const records = turns.flatMap((turn, index) => {
    // Order is by the file; times that run backwards would only look odd.
    at = Math.max(at, turn.at ?? (index === 0 ? now : at))
    return recordsOf(turn, new Date(at).toISOString())
  })
  const lines = [{ timestamp: created, type: 'session_meta', payload: meta }, ...records]
  const stamp = created.slice(0, 19).replaceAll(':', '-')
  const [year = '', month = '', day = ''] = created.slice(0, 10).split('-')
  return {
    path: path.join(root, year, month, day, `rollout-${stamp}-${nativeId}.jsonl`),
    root,
    mode: 0o644,
    bytes: Buffer.from(`${lines.map((line) => JSON.stringify(line)).join('\n')}\n`),
    losses: [],
  }
}

/** What goes to the model, and what the agent shows of it. */
function recordsOf({ role, texts }: Turn, timestamp: string) {
  const isUser = role === 'user'
  const content = texts.map((text) => ({ type: isUser ? 'input_text' : 'output_text', text }))
  const shown = { type: isUser ? 'user_message' : 'agent_message', message: texts.join('\n\n') }
  return [
    { timestamp, type: 'response_item', payload: { type: 'message', role, content } },
    { timestamp, type: 'event_msg', payload: shown },
  ]
}
