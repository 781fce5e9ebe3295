import { encodePng, type Palette } from './png.ts'

export interface Picture {
  png: Buffer
  width: number
  height: number
}

const palette: Palette = [
  [250, 250, 248],
  [220, 224, 228],
  [47, 111, 143],
  [196, 88, 58],
  [64, 72, 80],
  [140, 176, 120],
]

/** A drawing surface of colour numbers. */
class Canvas {
  readonly width: number
  readonly height: number
  readonly #pixels: Uint8Array

  constructor(width: number, height: number) {
    this.width = width
    this.height = height
    this.#pixels = new Uint8Array(width * height)
  }

  box(left: number, top: number, width: number, height: number, colour: number): void {
    for (let y = Math.max(0, top); y < Math.min(this.height, top + height); y++) {
      this.#pixels.fill(colour, y * this.width + Math.max(0, left), y * this.width + Math.min(this.width, left + width))
    }
  }

  picture(): Picture {
    return { png: encodePng(this.width, this.height, palette, this.#pixels), width: this.width, height: this.height }
  }
}

/** A calendar of bookings whose names run out of their boxes. */
export function calendarPicture(): Picture {
  const canvas = new Canvas(280, 150)
  for (let day = 0; day <= 14; day++) canvas.box(day * 20, 0, 1, 150, 1)
  for (const [row, from, days] of [
    [0, 1, 3],
    [1, 0, 2],
    [1, 4, 6],
    [2, 2, 1],
    [3, 5, 4],
    [4, 1, 7],
    [4, 9, 2],
  ] as const) {
    canvas.box(from * 20 + 1, 12 + row * 27, days * 20 - 2, 18, 2)
    for (let letter = 0; letter < 9; letter++)
      canvas.box(from * 20 + 5 + letter * 7, 18 + row * 27, 4, 6, letter * 7 > days * 20 - 12 ? 3 : 0)
  }
  return canvas.picture()
}

/** A bar chart of rainfall by month. */
export function rainPicture(barsOverlapAxis: 'overlapping' | 'clear'): Picture {
  const canvas = new Canvas(260, 140)
  canvas.box(20, 10, 1, 112, 4)
  canvas.box(20, 122, 230, 1, 4)
  for (const [month, rain] of [62, 48, 55, 40, 38, 51, 66, 71, 80, 97, 104, 88].entries()) {
    canvas.box(
      26 + month * 19,
      122 - rain,
      13,
      rain + (barsOverlapAxis === 'overlapping' ? 9 : 0),
      month === 10 ? 3 : 2,
    )
  }
  return canvas.picture()
}
