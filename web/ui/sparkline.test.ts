// @vitest-environment node
import { expect, test } from 'vitest'
import { drawCurve, type CurvePoint } from './sparkline.ts'

const box = { width: 100, height: 20, max: 200 }

test('the context stands still between two points and falls straight down', () => {
  const { line } = drawCurve(
    [
      [0, 0],
      [50, 200],
      [100, 50],
    ],
    box,
  )

  expect(line).toBe('M0 20H50V0H100V15')
})

test('a compaction is a cliff, a slightly shorter turn is not', () => {
  const { cliffs } = drawCurve(
    [
      [0, 160],
      [20, 150],
      [60, 180],
      [80, 20],
      [100, 40],
    ],
    box,
  )

  expect(cliffs).toEqual([{ x: 80, top: 2, bottom: 18 }])
})

test('more than the window is drawn at the top', () => {
  expect(drawCurve([[0, 900]], box).line).toBe('M0 0H100')
})

test('nothing known is nothing drawn', () => {
  expect(drawCurve([], box)).toEqual({ line: '', area: '', cliffs: [] })
})

test('a long session costs no more than the pixels that it is drawn on, and keeps its peaks', () => {
  const points: CurvePoint[] = Array.from({ length: 20_000 }, (_, seq) => [seq, seq === 12_345 ? 200 : 100])

  const { line } = drawCurve(points, box)

  expect(line.length).toBeLessThan(4_000)
  expect(line).toContain('V0')
})
