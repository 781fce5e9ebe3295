/** A point of a curve: position (an event's `seq`) and height (tokens). */
export type CurvePoint = readonly [x: number, y: number]

/** A place in a drawing, in its own units. */
export interface DrawnCurve {
  line: string
  area: string
  /** Where the curve fell off: x and the two heights, for marking. */
  cliffs: { x: number; top: number; bottom: number }[]
}

/**
 * Draws a context curve into a box. Between two points the context stands still, so steps stay steps and a compaction
 * falls straight down. Long curves keep the highest and the last point of each pixel column.
 */
export function drawCurve(
  points: readonly CurvePoint[],
  box: { width: number; height: number; max: number },
): DrawnCurve {
  const first = points[0]
  const last = points.at(-1)
  if (!first || !last) return { line: '', area: '', cliffs: [] }
  const span = Math.max(1, last[0] - first[0])
  const toX = (x: number) => round(((x - first[0]) / span) * box.width)
  const toY = (y: number) => round(box.height - (Math.min(y, box.max) / Math.max(1, box.max)) * box.height)
  const drawn = thin(points, toX).map(([x, y]) => ({ x: toX(x), y: toY(y), tokens: y }))
  const cliffs: DrawnCurve['cliffs'] = []
  let line = ''
  let before: (typeof drawn)[number] | undefined
  for (const point of drawn) {
    line += before ? `H${point.x}V${point.y}` : `M${point.x} ${point.y}`
    if (before && isCliff(before.tokens, point.tokens)) cliffs.push({ x: point.x, top: before.y, bottom: point.y })
    before = point
  }
  if (drawn.length === 1) line += `H${box.width}`
  const end = drawn.length === 1 ? box.width : (before?.x ?? 0)
  return { line, area: `${line}V${box.height}H${toX(first[0])}${end === 0 ? '' : 'Z'}`, cliffs }
}

/** A fall by more than a third is a compaction, not a shorter turn. */
function isCliff(before: number, after: number): boolean {
  return before > 0 && after < before * 0.66
}

function thin(points: readonly CurvePoint[], toX: (x: number) => number): CurvePoint[] {
  const kept: CurvePoint[] = []
  let column = -1
  let highest: CurvePoint | undefined
  let newest: CurvePoint | undefined
  const flush = () => {
    if (highest) kept.push(highest)
    if (newest && newest !== highest) kept.push(newest)
  }
  for (const point of points) {
    const place = Math.floor(toX(point[0]))
    if (place !== column) {
      flush()
      column = place
      highest = point
    } else if (!highest || point[1] >= highest[1]) {
      highest = point
    }
    newest = point
  }
  flush()
  return kept
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
