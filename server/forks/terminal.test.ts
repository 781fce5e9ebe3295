import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { openInTerminal } from './terminal.ts'

/** A folder with a terminal of our own, which runs what it is told to run like a real one, and notes its arguments. */
function desk(terminal: string, script?: string) {
  const folder = mkdtempSync(join(tmpdir(), 'desk-'))
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  const program = script ?? `#!/bin/sh\nprintf '%s\\n' "$#" "$1" > '${folder}/told'\nshift\nexec "$@" < /dev/null\n`
  writeFileSync(join(bin, terminal), program)
  chmodSync(join(bin, terminal), 0o755)
  return { folder, env: { PATH: bin, DISPLAY: ':0', SHELL: '/bin/sh' } }
}

async function untilThere(path: string): Promise<string> {
  for (let tries = 0; tries < 200 && !existsSync(path); tries += 1) await sleep(25)
  await sleep(25)
  return readFileSync(path, 'utf8')
}

describe.skipIf(process.platform === 'win32')('a terminal on Linux', () => {
  it('runs the command as it is, in the person’s own shell', async () => {
    const { folder, env } = desk('xterm')
    const made = join(folder, `it's "here" $HOME`)
    const command = `cd '${folder.replaceAll("'", `'\\''`)}' && printf %s 'a "b" $c' > '${made.replaceAll("'", `'\\''`)}'`
    expect(await openInTerminal(command, { env, platform: 'linux' })).toBeNull()
    expect(await untilThere(made)).toBe('a "b" $c')
    // -e, the shell, -i, -c, the whole command as one argument, and the shell's own name.
    expect(readFileSync(join(folder, 'told'), 'utf8')).toBe('6\n-e\n')
  })

  it('is told how each program wants it', async () => {
    const { folder, env } = desk('gnome-terminal')
    expect(await openInTerminal('true', { env, platform: 'linux' })).toBeNull()
    expect(await untilThere(join(folder, 'told'))).toBe('6\n--\n')
  })

  it('says why none was opened', async () => {
    const { env } = desk('something-else')
    expect(await openInTerminal('true', { env, platform: 'linux' })).toBe(
      'No terminal program was found. Copy the command and run it in a terminal of yours.',
    )
    expect(await openInTerminal('true', { env: { PATH: env.PATH }, platform: 'linux' })).toBe(
      'There is no desktop to open a window on. Copy the command and run it in a terminal of yours.',
    )
    const broken = desk('xterm', '#!/bin/sh\nexit 3\n')
    expect(await openInTerminal('true', { env: broken.env, platform: 'linux' })).toBe(
      `${broken.env.PATH}/xterm ended at once. Copy the command and run it in a terminal of yours.`,
    )
  })

  it('that stays open counts as opened', async () => {
    const { env } = desk('xterm', '#!/bin/sh\nexec /bin/sleep 2\n')
    expect(await openInTerminal('true', { env, platform: 'linux' })).toBeNull()
  })
})
