import { expect, test } from 'vitest'
import { commandFor, isOwnCommand } from './command.ts'
import { SettingsError, SettingsText } from './settings-text.ts'

const brief = { kind: 'hook', event: 'SessionStart', matcher: 'compact', timeoutSeconds: 5 } as const
const snapshot = { kind: 'hook', event: 'PreCompact', matcher: null, timeoutSeconds: 5 } as const
const line = { kind: 'status-line' } as const
const command = '"/n/node" "/a b/lossless.mjs" hook claude-code --data "/d"'
const lineCommand = '"/n/node" "/a b/lossless.mjs" statusline claude-code --data "/d"'

function edited(text: string, edit: (settings: SettingsText) => void): string {
  const settings = new SettingsText(text)
  edit(settings)
  return settings.text
}

test('a hook is put into an empty file', () => {
  const wanted = `{
  "hooks": {
    "SessionStart": [
      {
        "matcher": "compact",
        "hooks": [
          {
            "type": "command",
            "command": "\\"/n/node\\" \\"/a b/lossless.mjs\\" hook claude-code --data \\"/d\\"",
            "timeout": 5
          }
        ]
      }
    ]
  }
}
`
  expect(edited('', (settings) => settings.install(brief, command))).toBe(wanted)
  expect(edited('{}\n', (settings) => settings.install(brief, command))).toBe(wanted)
})

const theirs = `{
\t// mine
\t"model": "opus", "env": { "A": "1" },
\t"hooks": {
\t\t"SessionStart": [
\t\t\t{ "hooks": [{ "type": "command", "command": "echo hi" }] }
\t\t],
\t\t"Stop": []
\t},
}
`

test('what others put there, comments and indentation stay, and taking ours out gives the same bytes', () => {
  const installed = edited(theirs, (settings) => {
    settings.install(brief, command)
    settings.install(snapshot, command)
    settings.install(line, lineCommand)
  })
  for (const part of [
    '\t// mine\n',
    '\t"model": "opus", "env": { "A": "1" },\n',
    '\t\t\t{ "hooks": [{ "type": "command", "command": "echo hi" }] }',
    '"Stop": []',
  ])
    expect(installed).toContain(part)
  expect(installed).toContain('\n\t\t\t{\n\t\t\t\t"matcher": "compact",')

  const settings = new SettingsText(installed)
  expect(settings.standing(brief, command)).toEqual({ state: 'installed' })
  expect(settings.standing(snapshot, command)).toEqual({ state: 'installed' })
  expect(settings.standing(line, lineCommand)).toEqual({ state: 'installed' })

  for (const place of [line, snapshot, brief]) settings.remove(place)
  expect(settings.text).toBe(theirs)
})

test('installing twice changes nothing', () => {
  const once = edited(theirs, (settings) => settings.install(brief, command))
  expect(edited(once, (settings) => settings.install(brief, command))).toBe(once)
})

test('an entry of a Lossless at another place is outdated, and installing replaces it where others share its group', () => {
  const old = JSON.stringify({
    hooks: {
      PreCompact: [
        {
          hooks: [
            { type: 'command', command: 'log' },
            { type: 'command', command: 'node /old/lossless.mjs hook' },
          ],
        },
        { matcher: 'auto', hooks: [{ type: 'command', command: '"/x" "/old/lossless.mjs" hook claude-code' }] },
      ],
    },
  })
  expect(new SettingsText(old).standing(snapshot, command)).toEqual({ state: 'outdated' })

  const mended = JSON.parse(edited(old, (settings) => settings.install(snapshot, command))) as unknown
  expect(mended).toEqual({
    hooks: {
      PreCompact: [
        { hooks: [{ type: 'command', command: 'log' }] },
        { hooks: [{ type: 'command', command, timeout: 5 }] },
      ],
    },
  })
})

test('a hook of ours that runs at other moments than it should is outdated', () => {
  const settings = new SettingsText(
    JSON.stringify({ hooks: { SessionStart: [{ matcher: 'startup', hooks: [{ type: 'command', command }] }] } }),
  )
  expect(settings.standing(brief, command)).toEqual({ state: 'outdated' })
})

test('another status line is left alone', () => {
  const text = '{"statusLine":{"type":"command","command":"~/line.sh"}}'
  const settings = new SettingsText(text)
  expect(settings.standing(line, lineCommand)).toEqual({ state: 'foreign', command: '~/line.sh' })
  expect(() => settings.install(line, lineCommand)).toThrow(/~\/line\.sh.*leaves it alone/)
  settings.remove(line)
  expect(settings.text).toBe(text)
})

test('a file that is no JSON object is refused with its line and left as it is', () => {
  expect(() => new SettingsText('{\n  "a": 1,\n  "b": \n')).toThrow(/not valid JSON \(line 4: \w+\)/)
  expect(() => new SettingsText('[]')).toThrow(SettingsError)
  expect(() => new SettingsText('"x"')).toThrow(SettingsError)
  for (const odd of ['{"hooks":[]}', '{"hooks":{"SessionStart":{}}}'])
    expect(() => new SettingsText(odd).install(brief, command)).toThrow(SettingsError)
})

test('Windows line ends and a byte order mark stay', () => {
  const text = '\uFEFF{\r\n    "a": 1\r\n}\r\n'
  const installed = edited(text, (settings) => settings.install(line, lineCommand))
  expect(installed.startsWith('\uFEFF{\r\n    "a": 1,\r\n    "statusLine": {\r\n        "type"')).toBe(true)
  expect(installed.replaceAll('\r\n', '')).not.toContain('\n')
})

test('commands name everything in full, in quotes that no path breaks', () => {
  const parts = { node: '/n/node', script: '/a b/"$x`/lossless.mjs', dataDir: '/d\\e', platform: 'linux' as const }
  const made = commandFor('hook', 'claude-code', parts)
  expect(made).toBe('"/n/node" "/a b/\\"\\$x\\`/lossless.mjs" hook claude-code --data "/d\\\\e" 2>/dev/null || true')
  expect(isOwnCommand(made)).toBe(true)

  const windows = commandFor('statusline', 'claude-code', {
    node: 'C:\\Program Files\\node.exe',
    script: 'C:\\l\\lossless.mjs',
    dataDir: 'D:\\x',
    platform: 'win32',
  })
  expect(windows).toBe('"C:\\Program Files\\node.exe" "C:\\l\\lossless.mjs" statusline claude-code --data "D:\\x"')
  expect(isOwnCommand(windows)).toBe(true)

  for (const other of ['echo lossless.mjs', 'node lossless.mjs serve', 'lossless-image hook', 7, undefined])
    expect(isOwnCommand(other)).toBe(false)
})
