import type { Adapter, LineContext, LineReading, Source } from '../adapter.ts'
import { trimFiller, type LinePosition } from '../shared/line-splitter.ts'
import { aiderComposer } from './compose.ts'
import { readAnswer } from './answers.ts'
import { channelOf } from './channels.ts'
import { eventsOf } from './drafts.ts'
import { aiderForks } from './fork.ts'
import { HistorySplitter } from './history-splitter.ts'
import { classify, projectOf, roots } from './locate.ts'
import { readNotice } from './notices.ts'
import { idBase, pieceOf, runIdOf, startOf, type Piece } from './pieces.ts'
import { readInput } from './prompts.ts'
import { resumeCommand } from './resume-command.ts'

/** Reads the histories of Aider. See the README beside for paths, lines and evidence. */
export const aider: Adapter = {
  id: 'aider',
  label: 'Aider',
  roots,
  classify,
  sessionAt: (line, { source, offset }) => {
    const piece = pieceOf(decode(line), offset)
    return piece === null ? null : runIdOf(piece, source.path)
  },
  splitter: (_source: Source, start?: LinePosition) => new HistorySplitter(start),
  readLine,
  fork: aiderForks,
  composer: aiderComposer,
  resumeCommand,
  // A history names no window, and models come from every maker.
  contextWindow: () => UNKNOWN_WINDOW,
  costOf: (usage) => usage.statedCostUsd,
}

const UNKNOWN_WINDOW = 200_000

function readLine(line: Uint8Array, context: LineContext): LineReading {
  if (trimFiller(line).length === 0) return { kind: 'blank' }
  const text = decode(line)
  const plain = pieceOf(text, context.offset)
  if (plain === null) return { kind: 'blank' }
  const channel = channelOf(plain.lines[0] ?? '')
  if (context.offset === 0 && channel !== 'header') {
    return { kind: 'problem', reason: 'What stands here was not begun by a run of Aider.' }
  }
  const piece = pieceOf(context.review?.text(text) ?? text, context.offset)
  return piece === null ? { kind: 'blank' } : readPiece(piece, channel, context)
}

function readPiece(piece: Piece, channel: ReturnType<typeof channelOf>, context: LineContext): LineReading {
  const base = idBase(piece, context)
  const [first = ''] = piece.lines
  switch (channel) {
    case 'header':
      return readHeader(first, base, context)
    case 'user':
      return readInput(piece, base)
    case 'tool':
      return readNotice(first, base, context)
    case 'assistant':
      return readAnswer(piece, base, context)
    case 'blank':
      return { kind: 'blank' }
  }
}

function readHeader(line: string, base: string, { source }: LineContext): LineReading {
  const draft = { kind: 'notice', text: line.slice(2).trim(), at: startOf(line) } as const
  return {
    kind: 'events',
    events: eventsOf(base, 'run', [draft]),
    facts: [{ kind: 'cwd', path: projectOf(source.path), isProject: true }],
  }
}

/** Aider leaves out what it cannot encode, so lone surrogates cannot be there. */
function decode(line: Uint8Array): string {
  return Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('utf8')
}
