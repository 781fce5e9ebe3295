import { isIdPrefix, isPlaceholder, isPlainThing, isReference } from './deny.ts'
import type { Tier } from './finding.ts'
import { wordiness } from './letters.ts'
import type { NameJudgement } from './names.ts'
import { classesOf, isRandom, shapeOf } from './randomness.ts'

/** How a value stands beside its name. */
export interface Setting {
  name: NameJudgement
  isQuoted: boolean
  /** `NAME=value` of an environment file or a command: no code stands there. */
  isEnvironment: boolean
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const IDENTIFIER = /^[A-Za-z_$][A-Za-z_$]*(?:\d{0,2})(?:[.:][A-Za-z_$][\w$]*)*$/

/** Judges the value beside a name. Null: it is no secret. */
export function judgeValue(value: string, setting: Setting): Tier | null {
  const { name } = setting
  if (name.strength === 0 || value.length < 6 || value.length > 4096) return null
  if (/\s/.test(value) || isReference(value) || isPlaceholder(value) || isPlainThing(value)) return null
  const prefix = /^([a-zA-Z0-9]{1,12})[-_]/.exec(value)?.[1]
  if (prefix !== undefined && isIdPrefix(prefix) && name.kind !== 'password') return null
  if (UUID.test(value)) return name.strength === 3 && name.kind !== 'password' ? 'likely' : uuidTier(name)
  const shape = shapeOf(value, 0, value.length)
  if (shape.digits === shape.length)
    return name.strength === 3 && name.kind === 'password' && shape.length >= 8 ? 'candidate' : null
  const random = isRandom(value, 0, value.length, shape)
  if (random) return randomTier(value.length, setting)
  if (name.kind === 'password') return passwordTier(value, setting)
  if (name.strength < 3 || shape.length < 10) return null
  return passwordTier(value, setting)
}

function uuidTier(name: NameJudgement): Tier | null {
  return name.strength >= 2 && name.kind !== 'password' ? 'candidate' : null
}

function randomTier(length: number, { name }: Setting): Tier | null {
  if (name.strength === 3) return length >= 12 || name.kind === 'password' ? 'likely' : 'candidate'
  if (name.strength === 2) return length >= 16 ? 'likely' : 'candidate'
  return length >= 20 ? 'candidate' : null
}

/** Passwords that people make up: several kinds of characters, not the name of something in a program. */
function passwordTier(value: string, { name, isQuoted, isEnvironment }: Setting): Tier | null {
  const shape = shapeOf(value, 0, value.length)
  const classes = classesOf(shape)
  if (IDENTIFIER.test(value) && !(isEnvironment && shape.digits > 0 && classes >= 3)) return null
  if (/^[a-z]+(?:[-_ .][a-z]+)*\d?$/i.test(value) && classes < 3) return null
  if (shape.digits === 0 && /^[a-z]+(?:[-_./][a-z]+)+$/i.test(value)) return null
  const isOdd = shape.others > 0 && /[!@#%^&*+=?~]/.test(value)
  const isStrong = shape.length >= 8 && classes >= 3 && (shape.digits > 0 || isOdd)
  if (isStrong && name.strength === 3) {
    const words = wordiness(value, 0, value.length)
    const isName = !isOdd && words !== null && words > 6.6 && shape.digits <= 2 && shape.length > 24
    return isName ? null : shape.others > 0 && !isOdd && !isQuoted && !isEnvironment ? 'candidate' : 'likely'
  }
  if (name.kind !== 'password' || name.strength < 3) return null
  return shape.digits > 0 && shape.length >= 7 ? 'candidate' : null
}
