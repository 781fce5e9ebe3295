import { ForkError, type ForkMaker, type ForkPlan, type ForkRequest, type Host, type KeptFile } from '../adapter.ts'
import { inSlices } from '../shared/in-slices.ts'
import { HistorySplitter } from './history-splitter.ts'
import { forkPlace, projectOf } from './locate.ts'
import { pieceOf, runIdOf } from './pieces.ts'

const BLOCK = 256 * 1024
/** A file that Aider has in its chat, and one that was dropped. */
const ADDED = /^> Added (.+?) to the chat(?: \(read-only\))?\.\s*$/
const DROPPED = /^> (?:Removed|Dropping) (.+?) (?:from the chat|from)\b/
const ALL_DROPPED = /^> (?:All files dropped|Dropping all files)/

/** Makes histories that hold one run up to an event: Aider takes up whatever history it is given, as a whole. */
export const aiderForks: ForkMaker = {
  idFrom: (seed) => `fork-${Buffer.from(seed).toString('hex').slice(0, 12)}`,
  plan: (request, host) => inSlices(planFork(request, host)),
}

function* planFork(request: ForkRequest, _host: Host): Generator<void, ForkPlan> {
  const [file] = request.files
  const found = yield* findRun(file, request.cut.offset)
  if (found === null) throw new ForkError('The run that this belongs to does not stand in the history.')
  const project = request.movedTo ?? projectOf(file.path)
  const { path, root } = forkPlace(project, request.nativeId)
  const { from, to, lines, inChat } = found
  return {
    path,
    root,
    mode: 0o644,
    pieces: [{ file: 0, from, to }],
    lines,
    bytes: to - from,
    endsAt: request.cut.eventId,
    warnings: inChat.length === 0 ? [] : [`Files in the chat here: /add ${inChat.join(' ')}`],
  }
}

interface Run {
  from: number
  to: number
  lines: number
  /** Files in the chat at the cut. */
  inChat: string[]
}

/** The run that the piece at an offset stands in, up to and with that piece. */
function* findRun(file: KeptFile, cut: number): Generator<void, Run | null> {
  const splitter = new HistorySplitter()
  let run: Run | null = null
  for (let from = 0; from < file.length; from += BLOCK) {
    const pieces = splitter.push(file.read(from, Math.min(from + BLOCK, file.length)), from)
    const isLast = from + BLOCK >= file.length
    const rest = isLast ? splitter.flush() : null
    for (const { offset, bytes } of rest === null ? pieces : [...pieces, rest]) {
      if (offset > cut) return run
      const text = Buffer.from(bytes).toString('utf8')
      const piece = pieceOf(text, offset)
      if (piece !== null && runIdOf(piece, file.path) !== null)
        run = { from: piece.offset, to: 0, lines: 0, inChat: [] }
      if (run === null) continue
      run.to = offset + bytes.length
      run.lines += text.split('\n').length - 1
      run.inChat = chatAfter(run.inChat, piece?.lines[0] ?? '')
    }
    yield
  }
  return run
}

function chatAfter(inChat: string[], line: string): string[] {
  const added = ADDED.exec(line)?.[1]
  if (added !== undefined) return inChat.includes(added) ? inChat : [...inChat, added]
  if (ALL_DROPPED.test(line)) return []
  const dropped = DROPPED.exec(line)?.[1]
  return dropped === undefined ? inChat : inChat.filter((name) => name !== dropped)
}
