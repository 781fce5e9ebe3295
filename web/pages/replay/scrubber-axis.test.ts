import { describe, expect, it } from 'vitest'
import { placeWindow, positionAt, stepAxis, timeAxis, WHOLE, windowWith, zoomWindow } from './scrubber-axis.ts'

describe('the axis by steps', () => {
  it('finds the nearest step and stays inside the session', () => {
    const axis = stepAxis(5)
    expect([...axis.fractions]).toEqual([0, 0.25, 0.5, 0.75, 1])
    expect(positionAt(axis, 0.3)).toBe(1)
    expect(positionAt(axis, 0.4)).toBe(2)
    expect(positionAt(axis, -3)).toBe(0)
    expect(positionAt(axis, 3)).toBe(4)
  })

  it('serves one step and none', () => {
    expect(positionAt(stepAxis(1), 0.9)).toBe(0)
    expect(positionAt(stepAxis(0), 0.5)).toBe(0)
  })
})

describe('the axis by time', () => {
  it('gives idle time its width', () => {
    expect([...timeAxis([1_000, 2_000, 11_000]).fractions]).toEqual([0, 0.1, 1])
  })

  it('stands still while the clock runs backwards', () => {
    expect([...timeAxis([0, 50, 20, 100]).fractions]).toEqual([0, 0.5, 0.5, 1])
  })

  it('falls back to steps when nothing has a time', () => {
    expect([...timeAxis([0, 0, 0]).fractions]).toEqual([0, 0.5, 1])
  })
})

describe('the window', () => {
  it('keeps the place under the pointer while it zooms', () => {
    const zoomed = zoomWindow(WHOLE, 0.5, 0.5, 0.01)
    expect(zoomed).toEqual({ from: 0.25, to: 0.75 })
    expect(zoomWindow(zoomed, 0.25, 0.5, 0.01)).toEqual({ from: 0.25, to: 0.5 })
  })

  it('never leaves the session, nor gets narrower than allowed', () => {
    expect(zoomWindow(WHOLE, 0.9, 2, 0.01)).toEqual(WHOLE)
    expect(zoomWindow(WHOLE, 0, 0.0001, 0.1)).toEqual({ from: 0, to: 0.1 })
    expect(placeWindow(0.9, 0.5)).toEqual({ from: 0.5, to: 1 })
  })

  it('moves with the playhead only when that leaves it', () => {
    const shown = { from: 0.25, to: 0.5 }
    expect(windowWith(shown, 0.3)).toBe(shown)
    expect(windowWith(shown, 0.75)).toEqual({ from: 0.625, to: 0.875 })
  })
})
