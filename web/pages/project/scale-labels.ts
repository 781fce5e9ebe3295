import type { GapAxis } from './gap-axis.ts'
import type { ScaleLabel } from './lanes-paint.ts'
import type { Mark } from './marks.ts'

const format = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })

/** The time at the left edge, where the mark at `first` stands, and after each pause. Those are drawn that there is room for. */
export function scaleLabels(marks: readonly Mark[], axis: GapAxis, first: number): ScaleLabel[] {
  return [first, ...axis.gaps.map(({ position }) => position)].map((position) => {
    const at = marks[position]?.at ?? 0
    return { position, text: at > 0 ? format.format(at) : '' }
  })
}
