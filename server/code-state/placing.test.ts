import { expect, test } from 'vitest'
import type { Sweep } from './ledger.ts'
import { choosePlace, isLayoutOnly } from './placing.ts'

function sweep(cause: Sweep['cause'], at: number, session = 1): Sweep {
  return { at, session, seq: at, n: 0, cause }
}

const from = { at: 0, session: 1, seq: 0, n: 0 }
const noticed = { at: 100, session: 1, seq: 100, n: 0 }
const layout = { held: 'a  b', seen: 'a b\n', from, noticed }
const other = { held: 'a', seen: 'b', from, noticed }

test('a new layout came from the first formatter', () => {
  const candidates = [sweep('check', 10), sweep('format', 20), sweep('format', 30)]
  expect(choosePlace({ ...layout, candidates })).toEqual({ stamp: { at: 20, session: 1, seq: 20, n: 1 }, by: 'shell' })
})

test('other changes came from the last git command, else from the first script', () => {
  const candidates = [sweep('script', 10), sweep('git', 20), sweep('git', 30), sweep('format', 40)]
  expect(choosePlace({ ...other, candidates }).stamp.at).toBe(30)
  expect(choosePlace({ ...other, candidates: [sweep('script', 10), sweep('script', 15)] }).stamp.at).toBe(10)
})

test('a change that no command explains is placed where it was noticed', () => {
  expect(choosePlace({ ...other, candidates: [sweep('check', 10)] })).toEqual({ stamp: noticed, by: 'outside' })
})

test('scripts of an earlier session do not explain what a later one finds', () => {
  const later = { ...noticed, session: 2 }
  expect(choosePlace({ ...other, noticed: later, candidates: [sweep('script', 10)] }).by).toBe('outside')
  expect(choosePlace({ ...other, noticed: later, candidates: [sweep('git', 10)] }).by).toBe('outside')
  expect(choosePlace({ ...other, noticed: later, candidates: [sweep('git', 50, 2)] }).stamp.at).toBe(50)
})

test('only white space differs', () => {
  expect(isLayoutOnly('a {\n\tb\n}', 'a { b }\n')).toBe(true)
  expect(isLayoutOnly('a b', 'a b c')).toBe(false)
  expect(isLayoutOnly('a b c', 'a b')).toBe(false)
  expect(isLayoutOnly('', ' \n')).toBe(true)
})
