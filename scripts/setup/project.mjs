import { fileURLToPath } from 'node:url'

/** The checkout, without a slash at its end. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '')

/** Something that the person has to do something about; the message says what. */
export class Stop extends Error {}

/** Says what set-up is doing. On the error output, so that what the started program prints stands alone. */
export function say(text) {
  process.stderr.write(`${text}\n`)
}
