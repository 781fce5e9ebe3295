import { expect, test } from 'vitest'
import { placeOf } from './place.ts'

const ROOTS = ['/home/me/.claude/projects', '/home/me/.claude/history.jsonl', '/home/me/.config/claude/projects']
const places = { roots: ROOTS, accepts: () => true }

test('a file of this home belongs where it was', () => {
  expect(placeOf('/home/me/.claude/projects/-w-app/s.jsonl', places)).toEqual({
    path: '/home/me/.claude/projects/-w-app/s.jsonl',
    root: '/home/me/.claude/projects',
    below: 'projects/-w-app/s.jsonl',
  })
  expect(placeOf('/home/me/.claude/history.jsonl', places)).toEqual({
    path: '/home/me/.claude/history.jsonl',
    root: '/home/me/.claude',
    below: 'history.jsonl',
  })
})

test('a file of another home or system belongs below the folder that corresponds', () => {
  expect(placeOf('/Users/ada/.claude/projects/-w-app/s.jsonl', places)?.path).toBe(
    '/home/me/.claude/projects/-w-app/s.jsonl',
  )
  expect(placeOf('C:\\Users\\ada\\.claude\\projects\\C--w-app\\s.jsonl', places)?.path).toBe(
    '/home/me/.claude/projects/C--w-app/s.jsonl',
  )
  expect(placeOf('/Users/ada/.config/claude/projects/-w/s.jsonl', places)?.path).toBe(
    '/home/me/.config/claude/projects/-w/s.jsonl',
  )
  expect(placeOf('/old/.claude/projects/a/.claude/projects/-w/s.jsonl', places)?.path).toBe(
    '/home/me/.claude/projects/-w/s.jsonl',
  )
})

test('a file for which the agent would not look there has no place', () => {
  expect(placeOf('/srv/notes/s.jsonl', places)).toBeNull()
  expect(placeOf('/Users/ada/.claude/projects/../../../etc/passwd', places)).toBeNull()
  expect(placeOf('/Users/ada/.claude/projects/-w/s.jsonl', { ...places, accepts: () => false })).toBeNull()
})
