// @vitest-environment node
import { expect, test } from 'vitest'
import type { FileAction, PlannedFile } from '../../server/contract/change.ts'
import { ApiError } from '../api/call.ts'
import { PlanFlow, type PlanReply, type PlanRun } from './plan-flow.svelte.ts'

function fileOf(action: FileAction): PlannedFile {
  return { path: `/home/ada/${action}`, action, bytesBefore: 1, bytesAfter: 2, patch: null }
}

function planOf(...actions: FileAction[]): PlanReply {
  return { files: actions.map(fileOf), applied: false, plan: 'plan-1' }
}

/** A route that answers in turn, and notes what it was asked. */
function routeWith(...answers: (PlanReply | Error)[]): { runs: PlanRun[]; run: (run: PlanRun) => Promise<PlanReply> } {
  const runs: PlanRun[] = []
  return {
    runs,
    run: async (run) => {
      runs.push(run)
      const answer = answers[runs.length - 1]
      if (answer === undefined) throw new Error('asked too often')
      if (answer instanceof Error) throw answer
      return answer
    },
  }
}

test('nothing is written before the plan is known', async () => {
  const { runs, run } = routeWith()
  const flow = new PlanFlow(run)

  await flow.write()

  expect(flow.canWrite).toBe(false)
  expect(runs).toEqual([])
})

test('what was planned is written, with the plan that was shown', async () => {
  const { runs, run } = routeWith(planOf('create', 'unchanged'), { ...planOf('create', 'unchanged'), applied: true })
  const flow = new PlanFlow(run)
  await flow.read()

  expect(flow.writes).toBe(1)
  expect(flow.canWrite).toBe(true)
  await flow.write()

  expect(flow.done?.applied).toBe(true)
  expect(runs[0]).toMatchObject({ dryRun: true })
  expect(runs[1]).toMatchObject({ dryRun: false, skipRefused: false, plan: 'plan-1' })
})

test('a plan that changes nothing has nothing to write', async () => {
  const flow = new PlanFlow(routeWith(planOf('unchanged')).run)

  await flow.read()

  expect(flow.canWrite).toBe(false)
})

test('a refused file holds back the others until it is left out', async () => {
  const { runs, run } = routeWith(planOf('create', 'refused'), { ...planOf('create', 'refused'), applied: true })
  const flow = new PlanFlow(run)
  await flow.read()

  expect(flow.refused).toBe(1)
  expect(flow.canWrite).toBe(false)
  flow.skipRefused = true
  expect(flow.canWrite).toBe(true)
  await flow.write()

  expect(runs[1]).toMatchObject({ dryRun: false, skipRefused: true })
})

test('when the files changed since the plan, the new plan is shown and asks for consent again', async () => {
  const changed = new ApiError('conflict', 'Something changed since the plan.')
  const { runs, run } = routeWith(planOf('create', 'refused'), changed, planOf('replace', 'refused'))
  const flow = new PlanFlow(run)
  await flow.read()
  flow.skipRefused = true

  await flow.write()

  expect(runs).toHaveLength(3)
  expect(flow.done).toBeUndefined()
  expect(flow.error).toBeUndefined()
  expect(flow.isChanged).toBe(true)
  expect(flow.plan?.files[0]?.action).toBe('replace')
  expect(flow.canWrite).toBe(false)
})

test('a writing that the server did not apply is no success', async () => {
  const flow = new PlanFlow(routeWith(planOf('create'), planOf('refused')).run)
  await flow.read()

  await flow.write()

  expect(flow.done).toBeUndefined()
  expect(flow.isChanged).toBe(true)
  expect(flow.refused).toBe(1)
})

test('a failed writing says why and keeps the plan', async () => {
  const flow = new PlanFlow(routeWith(planOf('create'), new ApiError('internal', 'The disk is full.')).run)
  await flow.read()

  await flow.write()

  expect(flow.error).toMatchObject({ message: 'The disk is full.' })
  expect(flow.plan?.files).toHaveLength(1)
  expect(flow.isWriting).toBe(false)
})

test('the answer to an earlier choice does not replace the plan of a later one', async () => {
  const first = Promise.withResolvers<PlanReply>()
  let asked = 0
  const flow = new PlanFlow<PlanReply>(() => {
    asked += 1
    return asked === 1 ? first.promise : Promise.resolve(planOf('replace'))
  })
  const early = flow.read()
  await flow.read()

  first.resolve(planOf('create'))
  await early

  expect(flow.plan?.files[0]?.action).toBe('replace')
})
