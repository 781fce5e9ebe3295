import { createReadStream } from 'node:fs'

/** Lines of a file of ours, cut at line feeds only: other ends of lines may stand in strings. */
export async function* linesIn(path: string): AsyncGenerator<string, void> {
  let waiting: string[] = []
  for await (const part of createReadStream(path, { encoding: 'utf8' })) {
    const lines = String(part).split('\n')
    const last = lines.pop() ?? ''
    for (const line of lines) {
      yield waiting.length === 0 ? line : waiting.join('') + line
      waiting = []
    }
    waiting.push(last)
  }
  const rest = waiting.join('')
  if (rest !== '') yield rest
}
