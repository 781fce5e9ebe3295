import { expect, test } from 'vitest'
import type { Turn } from '../adapter.ts'
import { aiderComposer } from './compose.ts'

const HOST = { homeDir: '/h', env: {}, platform: 'linux' } as const

/** Characters at which Python ends a line, beside the usual ones. */
const BREAKS = [0x0b, 0x0c, 0x0d, 0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029].map((code) => String.fromCharCode(code))

function composed(turns: [Turn, ...Turn[]]): string {
  const about = { nativeId: 'x', title: 't', cwd: '/w/app', gitBranch: null, now: 0 }
  return Buffer.from(aiderComposer.compose({ ...about, turns }, HOST).bytes).toString()
}

test('a prompt stays one, whatever ends its lines, and an answer is not taken for a prompt', () => {
  for (const end of BREAKS) {
    const text = composed([
      { role: 'user', at: 0, texts: [`One${end}# two`] },
      { role: 'assistant', at: 0, texts: [`Three${end}#### four${end}> five`] },
    ])

    expect(text.replace(/^# aider chat started at .*/, '')).toBe(
      '\n\n\n#### One  \n#### # two  \n\nThree\n #### four\n > five\n\n',
    )
  }
})

test('without the folder of a project there is none', () => {
  const turns: [Turn] = [{ role: 'user', at: 0, texts: ['Hello'] }]
  const about = { nativeId: 'x', title: 't', cwd: null, gitBranch: null, now: 0, turns }

  expect(() => aiderComposer.compose(about, HOST)).toThrow('no record names it')
})
