import type { Adapter } from '../adapter.ts'
import { codexComposer } from './compose.ts'
import { codexForks } from './fork.ts'
import { classify, roots, unpacked } from './locate.ts'
import { costOf } from './prices.ts'
import { readLine } from './read-line.ts'
import { resumeCommand } from './resume-command.ts'
import { titles } from './titles.ts'
import { compactsAt, contextWindow } from './windows.ts'

/** Reads the sessions of Codex CLI. See the README beside for paths, record kinds and evidence. */
export const codex: Adapter = {
  id: 'codex',
  label: 'Codex CLI',
  roots,
  classify,
  readLine,
  unpacked,
  titles,
  fork: codexForks,
  composer: codexComposer,
  resumeCommand,
  contextWindow,
  compactsAt,
  costOf,
}
