import { setImmediate as breathe } from 'node:timers/promises'

/** Milliseconds of work at a stretch: far below what a person, or another request, would notice. */
const SLICE_MS = 8

/** Runs work that yields now and then, and lets other work go first whenever it has taken long enough. */
export async function inSlices<Result>(work: Generator<void, Result>): Promise<Result> {
  for (let begun = performance.now(); ;) {
    const step = work.next()
    if (step.done === true) return step.value
    if (performance.now() - begun < SLICE_MS) continue
    await breathe()
    begun = performance.now()
  }
}
