import { crc32 } from 'node:zlib'

/** Up to 16 colours, each `[red, green, blue]`. */
export type Palette = readonly (readonly [number, number, number])[]

/**
 * Makes a PNG of 4 bits per pixel from colour numbers, row by row. The pixels are stored, not compressed, so that the
 * bytes are the same whichever zlib runs.
 */
export function encodePng(width: number, height: number, palette: Palette, pixels: Uint8Array): Buffer {
  const stride = Math.ceil(width / 2)
  const rows = Buffer.alloc((stride + 1) * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * (stride + 1) + 1 + (x >> 1)
      const colour = pixels[y * width + x] ?? 0
      rows[at] = (rows[at] ?? 0) | (x % 2 === 0 ? colour << 4 : colour)
    }
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([4, 3, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flat())),
    chunk('IDAT', store(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, body: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), body])
  const frame = Buffer.alloc(typed.length + 8)
  frame.writeUInt32BE(body.length, 0)
  frame.set(typed, 4)
  frame.writeUInt32BE(crc32(typed), typed.length + 4)
  return frame
}

/** A zlib stream of one stored block, which holds 65 535 bytes at most. */
function store(bytes: Buffer): Buffer {
  if (bytes.length > 0xffff) throw new Error('the picture is too large for one stored block')
  const head = Buffer.from([0x78, 0x01, 0x01, 0, 0, 0, 0])
  head.writeUInt16LE(bytes.length, 3)
  head.writeUInt16LE(~bytes.length & 0xffff, 5)
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(adler32(bytes), 0)
  return Buffer.concat([head, bytes, sum])
}

function adler32(bytes: Uint8Array): number {
  let low = 1
  let high = 0
  for (const byte of bytes) {
    low = (low + byte) % 65521
    high = (high + low) % 65521
  }
  return high * 65536 + low
}
