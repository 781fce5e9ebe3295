import { createHash } from 'node:crypto'
import { posix, win32 } from 'node:path'
import {
  ForkError,
  type Composition,
  type Conversation,
  type Host,
  type SessionComposer,
  type Turn,
} from '../adapter.ts'
import { folderNameOf } from './fork-place.ts'
import { claudeForks } from './fork.ts'
import { configDirs } from './locate.ts'

/** The client wants a model's name in an answer; whose answer it was stands in the first message. */
const MODEL = 'claude-sonnet-4-5'
/** The version whose records these are. */
const VERSION = '2.1.330'

/** Makes sessions that `claude --resume` takes, of text alone. */
export const claudeComposer: SessionComposer = { idFrom: (seed) => claudeForks.idFrom(seed), compose }

function compose(conversation: Conversation, host: Host): Composition {
  const { cwd, nativeId, turns } = conversation
  if (cwd === null) throw new ForkError('Claude Code files sessions by the project’s folder, and no record names it.')
  const path = host.platform === 'win32' ? win32 : posix
  const root = path.join(configDirs(host)[0] ?? path.join(host.homeDir, '.claude'), 'projects')
  const lines: string[] = []
  let parentUuid: string | null = null
  let at = 0
  for (const [index, turn] of turns.entries()) {
    // Order is by the file; times that run backwards would only look odd.
    at = Math.max(at, turn.at ?? (index === 0 ? conversation.now : at))
    const uuid = claudeForks.idFrom(seedOf(nativeId, `turn ${index}`))
    lines.push(
      JSON.stringify({ ...headOf(conversation, { parentUuid, uuid, at }), ...messageOf(turn, nativeId, index) }),
    )
    parentUuid = uuid
  }
  return {
    path: path.join(root, folderNameOf(cwd), `${nativeId}.jsonl`),
    root,
    mode: 0o600,
    bytes: Buffer.from(`${lines.join('\n')}\n`),
    losses: [],
  }
}

function headOf(
  { nativeId, cwd, gitBranch }: Conversation,
  { parentUuid, uuid, at }: { parentUuid: string | null; uuid: string; at: number },
) {
  return {
    parentUuid,
    isSidechain: false,
    userType: 'external',
    cwd,
    sessionId: nativeId,
    version: VERSION,
    gitBranch: gitBranch ?? '',
    uuid,
    timestamp: new Date(at).toISOString(),
  }
}

function messageOf({ role, texts }: Turn, nativeId: string, index: number) {
  const content = texts.map((text) => ({ type: 'text', text }))
  if (role === 'user') return { type: 'user', message: { role, content } }
  const id = `msg_${seedOf(nativeId, `message ${index}`).toString('hex').slice(0, 24)}`
  const usage = { input_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 0 }
  return {
    type: 'assistant',
    message: { id, type: 'message', role, model: MODEL, content, stop_reason: 'end_turn', stop_sequence: null, usage },
  }
}

function seedOf(nativeId: string, what: string): Buffer {
  return createHash('sha256').update(`${nativeId} ${what}`).digest()
}
