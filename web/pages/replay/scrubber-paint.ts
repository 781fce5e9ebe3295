import type { Axis, Window } from './scrubber-axis.ts'

/** What the scrubber draws; all in positions. */
export interface ScrubberPicture {
  prompts: readonly number[]
  edits: readonly number[]
  errors: readonly number[]
  compactions: readonly number[]
  commits: readonly number[]
  hits: readonly number[]
  /** Position and tokens in the context, in order. */
  context: readonly (readonly [number, number])[]
  axis: Axis
  window: Window
}

/** Height of the context curve, and of each lane below it, in CSS pixels. */
export const CURVE_HEIGHT = 34
export const LANE_HEIGHT = 11
export const LANES = ['prompts', 'edits', 'errors', 'commits'] as const
export const SCRUBBER_HEIGHT = CURVE_HEIGHT + 4 + LANES.length * LANE_HEIGHT + 2

export interface ScrubberColors {
  curve: string
  curveFill: string
  compaction: string
  prompts: string
  edits: string
  errors: string
  commits: string
  hits: string
  lane: string
}

/** Room at both ends, so that the playhead is whole at the first and the last step. */
export const INSET = 6

/** The x of a fraction in a scrubber of a width. */
export function xOf(fraction: number, window: Window, width: number): number {
  return INSET + ((fraction - window.from) / (window.to - window.from)) * (width - 2 * INSET)
}

/** The fraction at an x. */
export function fractionAt(x: number, window: Window, width: number): number {
  return window.from + ((x - INSET) / Math.max(1, width - 2 * INSET)) * (window.to - window.from)
}

/** Paints everything that does not move with the playhead. Costs one pass over the marks, at most one rectangle for each pixel. */
export function paintScrubber(
  context: CanvasRenderingContext2D,
  picture: ScrubberPicture,
  { width, colors }: { width: number; colors: ScrubberColors },
): void {
  context.clearRect(0, 0, width, SCRUBBER_HEIGHT)
  paintCurve(context, picture, { width, colors })
  paintLanes(context, picture, { width, colors })
  context.fillStyle = colors.compaction
  for (const x of pixelsOf(picture.compactions, picture, width)) context.fillRect(x, 0, 2, SCRUBBER_HEIGHT)
  context.fillStyle = colors.hits
  for (const x of pixelsOf(picture.hits, picture, width)) context.fillRect(x, 0, 1, CURVE_HEIGHT)
}

function paintLanes(
  context: CanvasRenderingContext2D,
  picture: ScrubberPicture,
  { width, colors }: { width: number; colors: ScrubberColors },
): void {
  for (const [index, lane] of LANES.entries()) {
    const top = CURVE_HEIGHT + 4 + index * LANE_HEIGHT
    context.fillStyle = colors.lane
    context.fillRect(INSET, top + LANE_HEIGHT / 2 - 0.5, width - 2 * INSET, 1)
    context.fillStyle = colors[lane]
    for (const x of pixelsOf(picture[lane], picture, width)) paintMark(context, lane, x, top)
  }
}

/** Each lane has its own shape, so that it does not take colour to tell them apart. */
export function paintMark(
  context: CanvasRenderingContext2D,
  lane: (typeof LANES)[number],
  x: number,
  top: number,
): void {
  const middle = top + LANE_HEIGHT / 2
  switch (lane) {
    case 'prompts':
      context.fillRect(x, top + 0.5, 1.5, LANE_HEIGHT - 1)
      return
    case 'edits':
      context.fillRect(x - 0.5, top + 2, 2.5, LANE_HEIGHT - 4)
      return
    case 'errors':
      context.beginPath()
      context.arc(x + 0.5, middle, 2.5, 0, 2 * Math.PI)
      context.fill()
      return
    case 'commits':
      context.beginPath()
      context.moveTo(x + 0.5, middle - 3.5)
      context.lineTo(x + 4, middle)
      context.lineTo(x + 0.5, middle + 3.5)
      context.lineTo(x - 3, middle)
      context.fill()
  }
}

function paintCurve(
  context: CanvasRenderingContext2D,
  picture: ScrubberPicture,
  { width, colors }: { width: number; colors: ScrubberColors },
): void {
  const points = picture.context
  const most = points.reduce((highest, [, tokens]) => Math.max(highest, tokens), 1)
  const shown = points.map(([position, tokens]): [number, number] => [
    xOf(picture.axis.fractions[position] ?? 0, picture.window, width),
    CURVE_HEIGHT - (tokens / most) * (CURVE_HEIGHT - 3),
  ])
  const line = thinOut(shown, width)
  const [first] = line
  const last = line.at(-1)
  if (!first || !last) return
  context.beginPath()
  context.moveTo(...first)
  let y = first[1]
  for (const [x, nextY] of line) {
    // A step line: the context is what it was until the next answer, so that a compaction is a cliff.
    context.lineTo(x, y)
    context.lineTo(x, nextY)
    y = nextY
  }
  context.strokeStyle = colors.curve
  context.lineWidth = 1.25
  context.stroke()
  context.lineTo(last[0], CURVE_HEIGHT)
  context.lineTo(first[0], CURVE_HEIGHT)
  context.fillStyle = colors.curveFill
  context.fill()
}

/** Keeps, for each pixel, the highest and the last point: enough for the eye, and little to draw. */
function thinOut(points: readonly [number, number][], width: number): [number, number][] {
  const kept: [number, number][] = []
  let pixel = Number.NaN
  for (const point of points) {
    if (point[0] < -width || point[0] > 2 * width) continue
    const last = kept.at(-1)
    const isSamePixel = Math.round(point[0]) === pixel
    if (isSamePixel && last && kept.length > 1 && point[1] >= last[1] - 1 && point[1] <= last[1] + 1) kept.pop()
    pixel = Math.round(point[0])
    kept.push(point)
  }
  return kept
}

/** The pixels on which marks stand, each once; what is out of sight is left out. */
export function pixelsOf(
  positions: readonly number[],
  picture: Pick<ScrubberPicture, 'axis' | 'window'>,
  width: number,
): Set<number> {
  const pixels = new Set<number>()
  for (const position of positions) {
    const x = Math.round(xOf(picture.axis.fractions[position] ?? 0, picture.window, width))
    if (x >= 0 && x <= width) pixels.add(x)
  }
  return pixels
}
