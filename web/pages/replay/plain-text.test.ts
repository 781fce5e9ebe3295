import { expect, it } from 'vitest'
import { plainText } from './plain-text.ts'

it.each([
  ['\u001b[0;34mBuilding\u001b[0m done', 'Building done'],
  ['\u001b]0;title\u0007text', 'text'],
  ['\u001b]8;;https://x\u001b\\link\u001b]8;;\u001b\\', 'link'],
  ['\u001b[2K\u001b[1Gready', 'ready'],
  ['one\r\ntwo\r\n', 'one\ntwo\n'],
  ['10%\r50%\r100%\nnext', '100%\nnext'],
  ['plain [0m text', 'plain [0m text'],
])('reads %j', (output, text) => {
  expect(plainText(output)).toBe(text)
})
