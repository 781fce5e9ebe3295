// @vitest-environment node
import { expect, test } from 'vitest'
import type { HookFeature, HookState } from '../../../server/contract/hooks.ts'
import { hasGuard, hookAction, withFeature, withoutFeature } from './hook-plan.ts'

function feature(name: HookFeature, state: HookState['features'][number]['state']) {
  return { feature: name, label: name, about: '', state, note: null }
}

const features = [feature('brief', 'installed'), feature('snapshot', 'outdated'), feature('statusline', 'foreign')]

test('installing one keeps what is there, outdated ones too, and claims nothing that is foreign', () => {
  const some = [feature('brief', 'installed'), feature('snapshot', 'absent'), feature('statusline', 'foreign')]

  expect(withFeature(some, 'snapshot')).toEqual(['brief', 'snapshot'])
})

test('updating one names it once', () => {
  expect(withFeature(features, 'snapshot')).toEqual(['brief', 'snapshot'])
})

test('removing one keeps the others', () => {
  expect(withoutFeature(features, 'brief')).toEqual(['snapshot'])
  expect(withoutFeature([feature('brief', 'installed')], 'brief')).toEqual([])
})

test('where something else stands, or nothing is possible, no button is offered', () => {
  expect(hookAction({ state: 'absent' })).toBe('install')
  expect(hookAction({ state: 'outdated' })).toBe('update')
  expect(hookAction({ state: 'installed' })).toBe('remove')
  expect(hookAction({ state: 'foreign' })).toBeUndefined()
  expect(hookAction({ state: 'unsupported' })).toBeUndefined()
})

test('a guard counts as installed in any agent, also an outdated one', () => {
  expect(hasGuard([{ features }, { features: [feature('guard-tools', 'outdated')] }])).toBe(true)
  expect(hasGuard([{ features }, { features: [feature('guard-prompts', 'absent')] }])).toBe(false)
})
