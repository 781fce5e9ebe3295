// ESC [ … letter, ESC ] … BEL, and single-character escapes: what terminals read as colour, title and cursor.
// eslint-disable-next-line no-control-regex -- these characters are what is looked for
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g

/** A tool's output as it reads: without terminal escapes, and with lines that were drawn over (`\r`) as last drawn. */
export function plainText(output: string): string {
  const text = output.replace(ESCAPES, '').replaceAll('\r\n', '\n')
  if (!text.includes('\r')) return text
  return text
    .split('\n')
    .map((line) => line.replace(/\r+$/, '').slice(line.replace(/\r+$/, '').lastIndexOf('\r') + 1))
    .join('\n')
}
