import { createHash } from 'node:crypto'
import type { Call, Disk } from './calls.ts'

/** Fixed facts of one recorded session. */
export interface SessionPlan {
  /** Makes all ids; the same plan gives the same bytes. */
  seed: string
  cwd: string
  branch: string
  version: string
  model: string
  startsAt: string
  /** Tokens that system prompt and tools take. */
  baseTokens: number
  /** Tokens per character that input and output add; above 0.3 it makes up for what a demo leaves out. */
  density: number
}

/** One answer of the model: thinking, text and calls are blocks of one message. */
export interface Turn {
  think?: string
  say?: string
  do?: Call[]
  /** Seconds until the first block; 6 when left out. */
  after?: number
}

/** A place in the conversation that a rewind can return to. */
export interface Mark {
  parent: string | null
  context: number
}

type Line = Record<string, unknown>

/** Writes a session down line by line, in the record shapes of Claude Code. */
export class Recorder {
  readonly sessionId: string
  readonly lines: Line[] = []
  readonly plan: SessionPlan
  readonly disk: Disk
  /** As in the plan; a long story changes it to fill the context where it wants a compaction. */
  density: number
  readonly #sidechain: string | null
  #serial = 0
  #parent: string | null = null
  #promptId = ''
  #now: number
  #context: number
  #cached = 0

  constructor(plan: SessionPlan, disk: Disk, sidechain: { agentId: string; sessionId: string } | null = null) {
    this.plan = plan
    this.disk = disk
    this.density = plan.density
    this.sessionId = sidechain?.sessionId ?? this.#uuid('session')
    this.#sidechain = sidechain?.agentId ?? null
    this.#now = Date.parse(plan.startsAt)
    this.#context = plan.baseTokens
  }

  get time(): string {
    return new Date(this.#now).toISOString()
  }

  /** Lets time pass. */
  wait(seconds: number): void {
    this.#now += seconds * 1000
  }

  mark(): Mark {
    return { parent: this.#parent, context: this.#context }
  }

  /** The person goes back to an earlier place; what was said since stays in the file as a branch. */
  rewind(mark: Mark): void {
    this.#parent = mark.parent
    this.#context = mark.context
    this.#cached = Math.min(this.#cached, mark.context)
    this.wait(40)
  }

  prompt(text: string): void {
    this.wait(25)
    this.#promptId = this.#uuid('prompt')
    const message = { role: 'user', content: text }
    const origin = this.#sidechain === null ? { promptSource: 'typed', permissionMode: 'acceptEdits' } : {}
    const uuid = this.#chain({ type: 'user', promptId: this.#promptId, message, ...origin })
    this.#grow(text.length)
    if (this.#sidechain === null) this.#book({ type: 'last-prompt', lastPrompt: text, leafUuid: uuid })
  }

  /** A prompt that was typed while the agent worked. */
  queue(text: string): void {
    this.#book({ type: 'queue-operation', operation: 'enqueue', timestamp: this.time, content: text })
    this.wait(4)
    this.#book({ type: 'queue-operation', operation: 'remove', timestamp: this.time })
    const attachment = { type: 'queued_command', prompt: text, commandMode: 'prompt' }
    this.#chain({ type: 'attachment', attachment })
    this.#grow(text.length)
  }

  turn({ think, say, do: calls = [], after = 6 }: Turn): void {
    this.wait(after)
    const place = { disk: this.disk, cwd: this.plan.cwd }
    const toolUses = calls.map((call) => ({
      call,
      block: {
        type: 'tool_use',
        id: `toolu_01${this.#letters('tool', 22)}`,
        name: call.name,
        input: call.input(place),
      },
    }))
    const blocks: Record<string, unknown>[] = [
      ...(think === undefined ? [] : [{ type: 'thinking', thinking: think, signature: this.#letters('sign', 64) }]),
      ...(say === undefined ? [] : [{ type: 'text', text: say }]),
      ...toolUses.map(({ block }) => block),
    ]
    const written = JSON.stringify(blocks).length
    const envelope = this.#envelope(calls.length > 0 ? 'tool_use' : 'end_turn', Math.ceil(written / 3.4) + 20)
    const ids = blocks.map((block) => {
      this.wait(1.2 + JSON.stringify(block).length / 900)
      const message = { ...envelope.message, content: [block] }
      return this.#chain({ type: 'assistant', requestId: envelope.requestId, message })
    })
    this.#grow(written)
    const firstCall = blocks.length - toolUses.length
    for (const [index, { call, block }] of toolUses.entries()) {
      this.#result(block.id, ids[firstCall + index] ?? null, call)
    }
  }

  /** The recorded end of a turn. */
  end(): void {
    this.#chain({ type: 'system', subtype: 'turn_duration', durationMs: 41_000, isMeta: false })
  }

  /** The agent replaces its context by a summary. */
  compact(trigger: 'auto' | 'manual', summary: string): void {
    this.wait(trigger === 'auto' ? 2 : 30)
    const preTokens = this.#context
    const before = this.#parent
    this.#context = this.plan.baseTokens + Math.ceil(summary.length / 3.4) + 3200
    this.#cached = this.plan.baseTokens
    this.#parent = null
    this.wait(21)
    this.#chain({
      type: 'system',
      subtype: 'compact_boundary',
      logicalParentUuid: before,
      content: 'Conversation compacted',
      isMeta: false,
      level: 'info',
      compactMetadata: { trigger, preTokens, postTokens: this.#context, durationMs: 20_870 },
    })
    this.#chain({
      type: 'user',
      message: { role: 'user', content: `This session is being continued from an earlier conversation.\n\n${summary}` },
      isVisibleInTranscriptOnly: true,
      isCompactSummary: true,
    })
  }

  /** A failed request that the agent tried again. */
  apiError(message: string): void {
    this.wait(12)
    this.#chain({
      type: 'system',
      subtype: 'api_error',
      level: 'error',
      error: { status: 529, message },
      retryInMs: 4100,
      retryAttempt: 1,
      maxRetries: 10,
    })
  }

  /** The person stopped the agent. */
  interrupt(): void {
    this.wait(3)
    this.#chain({
      type: 'user',
      message: { role: 'user', content: [{ type: 'text', text: '[Request interrupted by user]' }] },
    })
  }

  title(kind: 'ai-title' | 'custom-title', text: string): void {
    this.#book(kind === 'ai-title' ? { type: kind, aiTitle: text } : { type: kind, customTitle: text })
  }

  /** Runs a sub-agent in a recorder of its own and records the call that started it. */
  delegate(
    task: { description: string; prompt: string; agentType: string; report: string },
    work: (agent: Recorder) => void,
  ): SubagentFiles {
    const agentId = this.#letters('agent', 17, '0123456789abcdef')
    const plan = { ...this.plan, seed: `${this.plan.seed}/${agentId}`, baseTokens: 11_000, startsAt: this.time }
    const agent = new Recorder({ ...plan, model: 'claude-haiku-4-5-20251001' }, this.disk, {
      agentId,
      sessionId: this.sessionId,
    })
    let toolUseId = ''
    this.turn({
      do: [
        {
          name: 'Agent',
          input: () => ({ description: task.description, prompt: task.prompt, subagent_type: task.agentType }),
          perform: () => {
            agent.#now = this.#now
            agent.prompt(task.prompt)
            work(agent)
            agent.turn({ say: task.report })
            this.#now = agent.#now
            return {
              text: [
                { type: 'text', text: task.report },
                { type: 'text', text: `agentId: ${agentId}` },
              ],
              detail: {
                status: 'completed',
                prompt: task.prompt,
                agentId,
                agentType: task.agentType,
                content: [{ type: 'text', text: task.report }],
                totalDurationMs: agent.#now - Date.parse(plan.startsAt),
                totalTokens: agent.#context,
                totalToolUseCount: agent.lines.filter((line) => line['toolUseResult'] !== undefined).length,
              },
              isError: false,
            }
          },
        },
      ],
    })
    for (const line of this.lines) {
      const use = findToolUse(line, 'Agent')
      if (use !== null) toolUseId = use
    }
    return {
      agentId,
      lines: agent.lines,
      meta: { agentType: task.agentType, description: task.description, toolUseId, spawnDepth: 1 },
    }
  }

  #result(callId: string, assistant: string | null, call: Call): void {
    this.#parent = assistant
    const { text, detail, isError } = call.perform({ disk: this.disk, cwd: this.plan.cwd })
    const size = typeof text === 'string' ? text.length : 4000
    this.wait(0.4 + size / 2500)
    const block = { tool_use_id: callId, type: 'tool_result', content: text, ...(isError ? { is_error: true } : {}) }
    this.#chain({
      type: 'user',
      promptId: this.#promptId,
      message: { role: 'user', content: [block] },
      toolUseResult: detail,
      sourceToolAssistantUUID: assistant,
    })
    this.#grow(size)
  }

  #envelope(stopReason: string, outputTokens: number): { requestId: string; message: Line } {
    const fresh = Math.max(0, this.#context - this.#cached)
    const usage = {
      input_tokens: 4,
      cache_creation_input_tokens: fresh,
      cache_read_input_tokens: this.#cached,
      cache_creation: { ephemeral_5m_input_tokens: fresh, ephemeral_1h_input_tokens: 0 },
      output_tokens: outputTokens,
      service_tier: 'standard',
    }
    this.#cached = this.#context
    const message = {
      id: `msg_01${this.#letters('message', 22)}`,
      type: 'message',
      role: 'assistant',
      model: this.plan.model,
      stop_reason: stopReason,
      stop_sequence: null,
      usage,
    }
    return { requestId: `req_01${this.#letters('request', 22)}`, message }
  }

  #grow(characters: number): void {
    this.#context += Math.ceil(characters * this.density)
  }

  /** Appends a record of the conversation tree and returns its uuid. */
  #chain(record: Line): string {
    const uuid = this.#uuid('record')
    this.lines.push({
      parentUuid: this.#parent,
      isSidechain: this.#sidechain !== null,
      ...(this.#sidechain === null ? {} : { agentId: this.#sidechain }),
      ...record,
      uuid,
      timestamp: this.time,
      userType: 'external',
      entrypoint: 'cli',
      cwd: this.plan.cwd,
      sessionId: this.sessionId,
      version: this.plan.version,
      gitBranch: this.plan.branch,
    })
    this.#parent = uuid
    return uuid
  }

  #book(record: Line): void {
    this.lines.push({ ...record, sessionId: this.sessionId })
  }

  #hash(purpose: string): string {
    this.#serial += 1
    return createHash('sha256').update(`${this.plan.seed}/${purpose}/${this.#serial}`).digest('hex')
  }

  #uuid(purpose: string): string {
    const hex = this.#hash(purpose)
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
  }

  #letters(
    purpose: string,
    length: number,
    alphabet = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789',
  ): string {
    const bytes = Buffer.from(this.#hash(purpose) + this.#hash(purpose), 'hex')
    return Array.from(bytes.subarray(0, length), (byte) => alphabet[byte % alphabet.length]).join('')
  }
}

/** The files that a sub-agent leaves beside its parent's. */
export interface SubagentFiles {
  agentId: string
  lines: Line[]
  meta: Line
}

function findToolUse(line: Line, name: string): string | null {
  const message = line['message']
  if (typeof message !== 'object' || message === null || !('content' in message)) return null
  const blocks: unknown = message.content
  if (!Array.isArray(blocks)) return null
  for (const block of blocks as unknown[]) {
    if (typeof block !== 'object' || block === null || !('name' in block) || !('id' in block)) continue
    if (block.name === name && typeof block.id === 'string') return block.id
  }
  return null
}
