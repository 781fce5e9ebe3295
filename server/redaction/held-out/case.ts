import { ALPHABETS, type AlphabetName } from '../charset.ts'
import type { Context } from '../finding.ts'
import { drawn, seeded } from '../sample.ts'

/**
 * A text with a secret in it, written by hand as people and programs write it. `⟦…⟧` is the secret. What is drawn when
 * the test runs: `{alphabet:length}` or `{alphabet:least-most}`, `{uuid}`, `{word}`, `{Word}`, `{basic:user}` (base64 of
 * a user and a password), `{base64:…}` (of what stands inside).
 */
export interface Case {
  text: string
  context?: Context
}

const WORDS = [
  ...['harbor', 'violet', 'marble', 'copper', 'walrus', 'tundra', 'cobalt', 'lantern', 'orchid', 'pebble', 'saddle'],
  ...['thistle', 'umbrella', 'velvet', 'willow', 'zephyr', 'anchor', 'basket', 'candle', 'dagger', 'ember', 'falcon'],
]

/** The text of a case and the secret that stands in it; empty when there is none. */
export function made(template: string, seed: number): { text: string; secret: string } {
  const random = seeded(seed)
  const word = () => WORDS[Math.floor(random() * WORDS.length)] ?? ''
  const fill = (text: string): string =>
    text
      .replace(/\{uuid\}/g, () => fill('{hex:8}-{hex:4}-4{hex:3}-a{hex:3}-{hex:12}'))
      .replace(/\{(\w+):(\d+)(?:-(\d+))?\}/g, (whole, name: string, least: string, most?: string) => {
        if (!(name in ALPHABETS)) return whole
        const length = Number(least) + Math.floor(random() * (Number(most ?? least) - Number(least) + 1))
        return drawn(random, ALPHABETS[name as AlphabetName], length)
      })
      .replace(/\{word\}/g, word)
      .replace(/\{Word\}/g, () => capital(word()))
      .replace(/\{basic:([\w-]+)\}/g, (_, user: string) => base64(`${user}:${drawn(random, ALPHABETS.a62, 18)}`))
      .replace(/\{base64:([^{}]*)\}/g, (_, inner: string) => base64(inner))
  const filled = fill(template)
  const secret = /⟦([^⟧]*)⟧/.exec(filled)?.[1] ?? ''
  return { text: filled.replace(/[⟦⟧]/g, ''), secret }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
