import { expect, it } from 'vitest'
import type { Usage } from '../adapter.ts'
import { UsageLedger } from './usage-ledger.ts'

function usage(messageId: string | null, request: string, output: number, place: 'main' | 'side' = 'main'): Usage {
  return {
    key: `${messageId ?? 'line'}:${request}`,
    messageId,
    isSidechain: place === 'side',
    model: 'm',
    tokens: { input: 0, output, cacheRead: 0, cacheWrite: 0 },
    cacheWrite1h: 0,
    speed: 'standard',
    statedCostUsd: null,
    contextUsed: 0,
  }
}

function outputs(...usages: Usage[]): number[] {
  const ledger = new UsageLedger()
  for (const one of usages) ledger.add(one)
  return [...ledger.answers()].map((answer) => answer.tokens.output)
}

// The expected values are what ccusage 20.0.24 reports for the same records.
it('counts the records of one answer once, with the most tokens that any states', () => {
  expect(outputs(usage('m', 'r', 10), usage('m', 'r', 20))).toEqual([20])
  expect(outputs(usage('m', 'r', 20), usage('m', 'r', 10))).toEqual([20])
})

it('prefers the copy outside a side chain, even with fewer tokens', () => {
  expect(outputs(usage('m', 'r', 20, 'side'), usage('m', 'r', 10))).toEqual([10])
  expect(outputs(usage('m', 'r', 10), usage('m', 'r', 20, 'side'))).toEqual([10])
})

it('takes the same message under two requests as two answers outside side chains', () => {
  expect(outputs(usage('m', 'r1', 10), usage('m', 'r2', 20))).toEqual([10, 20])
})

it('takes the same message under two requests as one when a copy is in a side chain', () => {
  expect(outputs(usage('m', 'r1', 10), usage('m', 'r2', 20, 'side'))).toEqual([10])
  expect(outputs(usage('m', 'r1', 20, 'side'), usage('m', 'r2', 10))).toEqual([10])
  expect(outputs(usage('m', 'r1', 10, 'side'), usage('m', 'r2', 20, 'side'))).toEqual([20])
  expect(outputs(usage('m', 'r1', 10), usage('m', 'r2', 20), usage('m', 'r3', 30, 'side'))).toEqual([10, 20])
})

it('counts answers without a message id each for itself', () => {
  expect(outputs(usage(null, 'a', 10), usage(null, 'b', 20))).toEqual([10, 20])
})

it('says whether an answer counts', () => {
  const ledger = new UsageLedger()
  expect(ledger.add(usage('m', 'r', 10))).toBe(true)
  expect(ledger.add(usage('m', 'r', 10))).toBe(false)
  expect(ledger.add(usage('m', 'r', 11))).toBe(true)
})
