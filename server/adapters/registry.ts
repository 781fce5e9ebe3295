import type { Adapter } from './adapter.ts'
import { aider } from './aider/index.ts'
import { claudeCode } from './claude-code/index.ts'
import { codex } from './codex/index.ts'
import { cursor } from './cursor/index.ts'
import { cursorCli } from './cursor-cli/index.ts'
import { geminiCli } from './gemini-cli/index.ts'

/** Every agent that is known. */
export const adapters: readonly Adapter[] = [claudeCode, codex, geminiCli, aider, cursor, cursorCli]
