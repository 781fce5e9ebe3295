/** Ways in which a value stands in a line of a session: lines of JSON, and what has to be undone to read the value again. */
export interface Disguise {
  name: string
  /** The lines; `name` is what a value of that kind is usually called. */
  lines(value: string, name: string): string[]
}

let counter = 0

function record(text: string): object {
  counter += 1
  return {
    type: 'user',
    uuid: `u${counter}`,
    n: '#',
    message: { role: 'user', content: [{ type: 'text', text }] },
    signature: 'Eo8CCkYI'.padEnd(120, 'Ab3/x+'),
  }
}

/** A number that no parser keeps, a decimal, a repeated key: what a byte-exact redaction leaves alone. */
function written(text: string): string {
  return JSON.stringify(record(text)).replace('"n":"#"', '"n":12345678901234567890,"f":1.0,"f":2.50')
}

const base64 = (text: string) => Buffer.from(text).toString('base64')
const declared = (value: string, name: string) => `export ${name}='${value}'`

export const DISGUISES: readonly Disguise[] = [
  { name: 'plain', lines: (value, name) => [written(`run\n${declared(value, name)}\nthen go on`)] },
  { name: 'in quotes', lines: (value, name) => [written(`{"${name}": "${value}",\n\t"path": "C:\\\\x"`)] },
  {
    name: 'JSON in JSON in JSON',
    lines: (value, name) => [
      written(JSON.stringify({ out: JSON.stringify({ env: declared(value, name), k: '\n"' }) })),
    ],
  },
  {
    name: 'base64',
    lines: (value, name) => [written(`base64 -w0 .env\n${base64(`${declared(value, name)}\nPORT=80\n`)}\n`)],
  },
  {
    name: 'base64 twice',
    lines: (value, name) => [written(`kubectl get\n${base64(base64(`${declared(value, name)}\nPORT=80\n`))}\n`)],
  },
  {
    name: 'percent-encoded',
    lines: (value, name) => [
      written(`curl 'https://api.example.net/v1?x=1&${name.toLowerCase()}=${encodeURIComponent(value)}&y=2'`),
    ],
  },
  {
    name: 'coloured',
    lines: (value, name) => [written(`${name}=${value.slice(0, 9)}\u001b[31m\u001b[1m${value.slice(9)}\u001b[0m\nok`)],
  },
  {
    name: 'escaped letters',
    lines: (value, name) => [
      written('@').replace(
        '@',
        [...declared(value, name)]
          .map((char, index) => (index % 3 === 0 ? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}` : char))
          .map((char) => (char === '"' || char === '\\' ? `\\${char}` : char))
          .join(''),
      ),
    ],
  },
  {
    name: 'split',
    lines: (value, name) => {
      const text = declared(value, name)
      const cut = text.length - Math.floor(value.length / 2)
      return [text.slice(0, cut), text.slice(cut)].map((piece) =>
        JSON.stringify({ type: 'stream_event', event: { index: 0, delta: { type: 'text_delta', text: piece } } }),
      )
    },
  },
  { name: 'bare', lines: (value) => [written(`argv[3]=${value} (again ${value})`)] },
]

/** Everything that a line says when it is read as a reader, or a thief, would: escapes, JSON, base64, colours, percents. */
export function readings(line: string): string[] {
  const found: string[] = [line]
  const texts = [line]
  for (let level = 0; level < 4; level += 1) {
    const next = texts.splice(0).flatMap((text) => [...stringsIn(text), ...decodings(text)])
    texts.push(...new Set(next))
    found.push(...texts)
  }
  return found
}

function stringsIn(text: string): string[] {
  try {
    const strings: string[] = []
    JSON.parse(text, (key, inner: unknown) => {
      strings.push(key)
      if (typeof inner === 'string') strings.push(inner)
      return inner
    })
    return strings
  } catch {
    return []
  }
}

function decodings(text: string): string[] {
  // eslint-disable-next-line no-control-regex -- colours of a terminal
  const plain = text.replace(/\u001b\[[0-9;]*m/g, '')
  const encoded = (text.match(/[A-Za-z0-9+/]{24,}={0,2}/g) ?? []).map((run) =>
    Buffer.from(run, 'base64').toString('latin1'),
  )
  const percent = text.includes('%') ? [text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => safely(run))] : []
  return [...(plain === text ? [] : [plain]), ...encoded, ...percent]
}

function safely(run: string): string {
  try {
    return decodeURIComponent(run)
  } catch {
    return run
  }
}
