import { z } from 'zod'
import type { PatchLine } from '../../ui/unified-patch.ts'

const Hunk = z.object({ lines: z.array(z.string()) })
const Detail = z.object({ structuredPatch: z.array(Hunk).min(1) })
const Replacement = z.object({ old_string: z.string(), new_string: z.string() })
const Several = z.object({ edits: z.array(Replacement).min(1) })
const Whole = z.object({ content: z.string() })

/**
 * The lines that an edit changed: from the patch in its result, else from what was asked for. Undefined when neither
 * says it. Both are foreign, so each is looked at before it is trusted.
 */
export function patchLines(input: unknown, detail: unknown): PatchLine[] | undefined {
  const patched = Detail.safeParse(detail)
  if (patched.success) return joinHunks(patched.data.structuredPatch.map((hunk) => hunk.lines.map(readLine)))
  const several = Several.safeParse(input)
  if (several.success) return joinHunks(several.data.edits.map(replacementLines))
  const one = Replacement.safeParse(input)
  if (one.success) return replacementLines(one.data)
  const whole = Whole.safeParse(input)
  if (whole.success) return linesOf(whole.data.content).map((text) => ({ kind: 'added', text }))
  return undefined
}

function readLine(line: string): PatchLine {
  const text = line.slice(1)
  if (line.startsWith('+')) return { kind: 'added', text }
  if (line.startsWith('-')) return { kind: 'removed', text }
  return { kind: 'same', text }
}

function replacementLines({ old_string, new_string }: z.infer<typeof Replacement>): PatchLine[] {
  return [
    ...linesOf(old_string).map((text) => ({ kind: 'removed' as const, text })),
    ...linesOf(new_string).map((text) => ({ kind: 'added' as const, text })),
  ]
}

function joinHunks(hunks: PatchLine[][]): PatchLine[] {
  return hunks.flatMap((lines, index) => (index === 0 ? lines : [{ kind: 'gap' as const, text: '' }, ...lines]))
}

function linesOf(text: string): string[] {
  if (text === '') return []
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n')
}
