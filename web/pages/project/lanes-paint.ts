import type { MarkKind } from '../../../server/contract/projects.ts'
import { INSET, LANE_HEIGHT, paintMark, pixelsOf, xOf, type ScrubberColors } from '../replay/scrubber-paint.ts'
import type { Window } from '../replay/scrubber-axis.ts'
import type { GapAxis } from './gap-axis.ts'
import type { Lane } from './marks.ts'

/** Height of the scale of time and of a session's row, in CSS pixels. */
export const SCALE_HEIGHT = 22
export const ROW_HEIGHT = 28

/** Lines of pauses stand at least so far apart, or they would hide what they divide. */
const GAP_ROOM = 16

/** A label on the scale, for the time after a pause. */
export interface ScaleLabel {
  position: number
  text: string
}

/** What is drawn of the rows that are in sight. */
export interface LanesPicture {
  /** Rows in sight, and where the first of them begins, below the scale. */
  lanes: readonly Lane[]
  top: number
  axis: GapAxis
  window: Window
  /** The first of them stands at the left edge, wherever its mark is. */
  labels: readonly ScaleLabel[]
  /** Index among `lanes` of the row in which the playhead stands. */
  active: number
}

export interface LanesLook {
  width: number
  height: number
  colors: Pick<ScrubberColors, 'compaction' | 'prompts' | 'edits' | 'errors' | 'commits' | 'lane'> & {
    ground: string
    active: string
    text: string
    font: string
    agent: (id: string) => string
  }
}

/** Rows in which a kind is drawn: prompts and commits above, edits and errors below. */
const places = [
  ['edit', 'edits', 1],
  ['prompt', 'prompts', 0],
  ['commit', 'commits', 0],
  ['error', 'errors', 1],
] as const satisfies readonly (readonly [MarkKind, string, 0 | 1])[]

/** Paints everything that does not move with the playhead. Costs one pass over the marks of the rows in sight. */
export function paintLanes(context: CanvasRenderingContext2D, picture: LanesPicture, look: LanesLook): void {
  const { width, height, colors } = look
  context.clearRect(0, 0, width, height)
  context.save()
  context.beginPath()
  context.rect(0, SCALE_HEIGHT, width, height - SCALE_HEIGHT)
  context.clip()
  paintGaps(context, picture, look)
  for (const [index, lane] of picture.lanes.entries()) {
    const top = SCALE_HEIGHT + picture.top + index * ROW_HEIGHT
    if (index === picture.active) {
      context.fillStyle = colors.active
      context.fillRect(0, top, width, ROW_HEIGHT)
    }
    paintLane(context, lane, { ...look, picture, top })
  }
  context.restore()
  paintScale(context, picture, look)
}

function paintLane(
  context: CanvasRenderingContext2D,
  lane: Lane,
  { picture, top, width, colors }: LanesLook & { picture: LanesPicture; top: number },
): void {
  const [first] = lane.positions
  const last = lane.positions.at(-1)
  if (first === undefined || last === undefined) return
  const { axis, window } = picture
  const from = Math.max(-4, xOf(axis.fractions[first] ?? 0, window, width) - 3)
  const to = Math.min(width + 4, xOf(axis.fractions[last] ?? 0, window, width) + 4)
  if (to > from) {
    context.globalAlpha = 0.22
    context.fillStyle = colors.agent(lane.session.agent)
    context.beginPath()
    context.roundRect(from, top + 3, to - from, ROW_HEIGHT - 6, 4)
    context.fill()
    context.globalAlpha = 1
  }
  context.fillStyle = colors.compaction
  for (const x of pixelsOf(lane.byKind.compaction, picture, width)) context.fillRect(x, top + 1, 2, ROW_HEIGHT - 2)
  for (const [kind, look, row] of places) {
    context.fillStyle = colors[look]
    for (const x of pixelsOf(lane.byKind[kind], picture, width))
      paintMark(context, look, x, top + 3 + row * LANE_HEIGHT)
  }
}

function paintGaps(
  context: CanvasRenderingContext2D,
  picture: LanesPicture,
  { width, height, colors }: LanesLook,
): void {
  context.fillStyle = colors.lane
  for (const x of gapPixels(picture, width)) context.fillRect(x, SCALE_HEIGHT, 1, height)
}

/** The middle of each shortened pause; where many stand close together, only some of them. */
function gapPixels({ axis, window }: LanesPicture, width: number): Set<number> {
  const pixels = new Set<number>()
  let last = INSET - GAP_ROOM
  for (const { position } of axis.gaps) {
    const middle = ((axis.fractions[position - 1] ?? 0) + (axis.fractions[position] ?? 0)) / 2
    const x = Math.round(xOf(middle, window, width))
    if (x < last + GAP_ROOM || x > width - INSET) continue
    pixels.add(x)
    last = x
  }
  return pixels
}

function paintScale(
  context: CanvasRenderingContext2D,
  { labels, axis, window }: LanesPicture,
  { width, colors }: LanesLook,
): void {
  context.fillStyle = colors.ground
  context.fillRect(0, 0, width, SCALE_HEIGHT)
  context.fillStyle = colors.lane
  context.fillRect(0, SCALE_HEIGHT - 1, width, 1)
  context.fillStyle = colors.text
  context.font = colors.font
  context.textBaseline = 'middle'
  let free = 0
  for (const [index, { position, text }] of labels.entries()) {
    const x = index === 0 ? INSET : Math.round(xOf(axis.fractions[position] ?? 0, window, width))
    if (!text || x < free || x > width - INSET) continue
    const breadth = context.measureText(text).width
    const left = Math.min(x + 4, width - breadth - 2)
    if (left < free) continue
    context.fillRect(x, SCALE_HEIGHT - 5, 1, 4)
    context.fillText(text, left, SCALE_HEIGHT / 2 - 1)
    free = left + breadth + 12
  }
}
