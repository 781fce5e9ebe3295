import { expect, test } from 'vitest'
import { parseSedScript, runSed } from './sed.ts'

function sed(script: string, text: string, isExtended = false): string | null {
  const steps = parseSedScript(script, isExtended)
  return steps && runSed(text, steps)
}

test('replaces the first match of each line, or all, or the second', () => {
  expect(sed('s/a/X/', 'aa\nba\n')).toBe('Xa\nbX\n')
  expect(sed('s/a/X/g', 'aa\nba')).toBe('XX\nbX')
  expect(sed('s/a/X/2', 'aaa\n')).toBe('aXa\n')
})

test('reads basic and extended groups', () => {
  expect(sed('s/\\(a\\)(b)/\\1-&/', 'a(b)\n')).toBe('a-a(b)\n')
  expect(sed('s/(a|b)+/<\\1>/', 'xabx\n', true)).toBe('x<b>x\n')
})

test('takes other marks and keeps escaped ones', () => {
  expect(sed('s#/usr/#/opt/#', '/usr/bin\n')).toBe('/opt/bin\n')
  expect(sed('s/a\\/b/c/', 'a/b\n')).toBe('c\n')
})

test('deletes lines by number and by pattern', () => {
  expect(sed('2,3d', '1\n2\n3\n4\n')).toBe('1\n4\n')
  expect(sed('$d; 1d', '1\n2\n')).toBeNull()
  expect(sed('/^#/d', '# x\ny\n')).toBe('y\n')
  expect(sed('2,$d', '1\n2\n3\n')).toBe('1\n')
})

test('does several steps one after the other', () => {
  expect(sed('s/a/b/; s/b/c/', 'a\n')).toBe('c\n')
})

test('gives up on what it does not know', () => {
  expect(parseSedScript('/x/,/y/d', false)).toBeNull()
  expect(parseSedScript('s/a/\\U&/', false)).toBeNull()
  expect(parseSedScript('s/[[:space:]]/x/', false)).toBeNull()
  expect(sed('s/(/x/', 'a(\n', true)).toBeNull()
})
