import { readFileSync } from 'node:fs'
import { lintSource } from '@secretlint/core'
import { creator } from '@secretlint/secretlint-rule-preset-recommend'

/** A value that secretlint’s recommended preset reports. */
export interface Reported {
  file: string
  secret: string
  rule: string
}

const RULES = [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator }]

/**
 * What secretlint says of files of JSON lines: as they are written, or of all the strings in them, a line each, which is
 * how it finds the most. `milliseconds` is processor time of its own work.
 */
export async function lint(
  files: readonly { name: string; path: string }[],
  view: 'raw' | 'decoded',
): Promise<{ reported: Reported[]; bytes: number; milliseconds: number }> {
  const reported: Reported[] = []
  let bytes = 0
  let milliseconds = 0
  for (const { name, path } of files) {
    const text = readFileSync(path, 'utf8')
    bytes += Buffer.byteLength(text)
    const content = view === 'raw' ? text : strings(text).join('\n')
    const begun = process.threadCpuUsage()
    const { messages } = await lintSource({
      source: { filePath: path, content, contentType: 'text', ext: '.txt' },
      options: { config: { rules: RULES } },
    })
    const used = process.threadCpuUsage(begun)
    milliseconds += (used.user + used.system) / 1000
    for (const { range, ruleId } of messages) {
      reported.push({ file: name, secret: content.slice(range[0], range[1]), rule: ruleId })
    }
  }
  return { reported, bytes, milliseconds }
}

function strings(text: string): string[] {
  const found: string[] = []
  const walk = (value: unknown): void => {
    if (typeof value === 'string') found.push(value)
    else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) walk(inner)
  }
  for (const line of text.split('\n')) if (line !== '') walk(JSON.parse(line))
  return found
}
