import type { AgentId } from '../../server/contract/agent.ts'

/** What an agent is called; its colour is the token `--agent-<id>`. */
export const agentLabels: Record<AgentId, string> = {
  'claude-code': 'Claude Code',
  codex: 'Codex CLI',
  'gemini-cli': 'Gemini CLI',
  aider: 'Aider',
  cursor: 'Cursor',
  'cursor-cli': 'Cursor CLI',
}
