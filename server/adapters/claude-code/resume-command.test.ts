import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Host } from '../adapter.ts'
import { resumeCommand } from './resume-command.ts'

const ID = '11111111-aaaa-4aaa-8aaa-111111111111'
const linux: Host = { homeDir: '/h', env: {}, platform: 'linux' }
const windows: Host = { homeDir: 'C:\\Users\\x', env: {}, platform: 'win32' }

it.each([
  ['/w/app', `cd /w/app && claude --resume ${ID}`],
  ['/w/my app', `cd '/w/my app' && claude --resume ${ID}`],
  ["/w/it's", `cd '/w/it'\\''s' && claude --resume ${ID}`],
  ['/w/$(id)', `cd '/w/$(id)' && claude --resume ${ID}`],
  ['/w/café', `cd '/w/café' && claude --resume ${ID}`],
  [null, `claude --resume ${ID}`],
])('goes to %s first', (cwd, command) => {
  expect(resumeCommand(ID, cwd, linux)).toBe(command)
})

it('is typed differently on Windows', () => {
  expect(resumeCommand(ID, 'D:\\my work', windows)).toBe(`cd /d "D:\\my work" && claude --resume ${ID}`)
})

it('takes an odd id for a text and not for more commands', () => {
  expect(resumeCommand('a;id', '/w', linux)).toBe("cd /w && claude --resume 'a;id'")
})

it.runIf(process.platform !== 'win32')('leads a real shell into the folder, whatever its name is', () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'resume-')), `a 'b' "c" $d \`e\` \n!f`)
  mkdirSync(folder)
  const command = resumeCommand(ID, folder, linux).replace(`claude --resume ${ID}`, 'pwd -P')
  expect(execFileSync('sh', ['-c', command], { encoding: 'utf8' })).toBe(`${folder}\n`)
})
