import { z } from 'zod'

const Input = z.object({
  file_path: z.string().optional().catch(undefined),
  notebook_path: z.string().optional().catch(undefined),
  path: z.string().optional().catch(undefined),
  command: z.string().optional().catch(undefined),
  description: z.string().optional().catch(undefined),
  prompt: z.string().optional().catch(undefined),
  offset: z.number().optional().catch(undefined),
  limit: z.number().optional().catch(undefined),
})
export type ToolInput = z.infer<typeof Input>

/** The parts of a tool call's input that cards show by name; what has another shape is left out. */
export function readToolInput(input: unknown): ToolInput {
  const read = Input.safeParse(input)
  return read.success ? read.data : {}
}

/** What a card does with a tool, whatever the agent calls it. */
export type ToolLook = 'edit' | 'read' | 'shell' | 'search' | 'subagent' | 'web' | 'plan' | 'other'

const looks: Record<string, ToolLook> = {
  ...{ edit: 'edit', write: 'edit', multiedit: 'edit', notebookedit: 'edit', apply_patch: 'edit', read: 'read' },
  ...{
    bash: 'shell',
    bashoutput: 'shell',
    shell: 'shell',
    exec: 'shell',
    grep: 'search',
    glob: 'search',
    ls: 'search',
  },
  ...{
    task: 'subagent',
    agent: 'subagent',
    webfetch: 'web',
    websearch: 'web',
    todowrite: 'plan',
    exitplanmode: 'plan',
  },
}

export function lookOf(toolName: string): ToolLook {
  const name = toolName.toLowerCase()
  return (Object.hasOwn(looks, name) ? looks[name] : undefined) ?? 'other'
}

/** `lines 10–59` for a read of a part; undefined for a whole file. */
export function rangeText({ offset, limit }: ToolInput): string | undefined {
  if (offset === undefined && limit === undefined) return undefined
  const from = Math.max(1, offset ?? 1)
  return limit === undefined ? `from line ${from}` : `lines ${from}–${from + limit - 1}`
}
