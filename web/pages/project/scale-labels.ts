import type { GapAxis } from './gap-axis.ts'
import type { ScaleLabel } from './lanes-paint.ts'
import type { Mark } from './marks.ts'

const format = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })

/** The time at the first mark and after each pause; where there is no room for all, the first of them are drawn. */
export function scaleLabels(marks: readonly Mark[], axis: GapAxis): ScaleLabel[] {
  return [0, ...axis.gaps.map(({ position }) => position)].flatMap((position) => {
    const at = marks[position]?.at ?? 0
    return at > 0 ? [{ position, text: format.format(at) }] : []
  })
}
