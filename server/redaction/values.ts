import { isIdPrefix, isPlaceholder, isPlainThing, isReference, isSurelyId } from './deny.ts'
import type { Tier } from './finding.ts'
import type { NameJudgement } from './names.ts'
import { classesOf, isRandom, oddnessOf, shapeOf, type Shape } from './randomness.ts'

/** How a value stands beside its name. */
export interface Setting {
  name: NameJudgement
  isQuoted: boolean
  /** `NAME=value` of an environment file or a command: no code stands there. */
  isEnvironment: boolean
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const UUID_INSIDE = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-/i
/** Words and behind them a UUID or many digits of hex. */
const HEX_TAIL =
  /^[A-Za-z][\w.-]{1,40}[-_:.](?:[0-9a-f]{24,}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?:-X)?$/
const IDENTIFIER = /^[A-Za-z_$][A-Za-z_$]*(?:\d{0,2})(?:[.:][A-Za-z_$][\w$]*)*$|^[a-z]\w*(?:\.[A-Z][a-z]\w*)+$/

/** Judges the value beside a name. Null: it is no secret. */
export function judgeValue(written: string, setting: Setting): Tier | null {
  const { name } = setting
  const value = written.includes('%') ? written.replace(/%[0-9a-fA-F]{2}/g, '-') : written
  if (name.strength === 0 || value.length < 6 || value.length > 4096) return null
  if (/\s/.test(value)) return null
  const shape = shapeOf(value, 0, value.length)
  const isRandomValue = isRandom(value, 0, value.length, shape) || (name.strength === 3 && HEX_TAIL.test(value))
  // Most values in code are words: they are told by a count, before any pattern is tried.
  if (!isRandomValue && shape.digits === 0 && shape.symbols === 0) return null
  if (isReference(value) || isPlaceholder(value) || isPlainThing(value)) return null
  const prefix = /^([a-zA-Z0-9]{1,12})[-_]/.exec(value)?.[1]
  if (prefix !== undefined && name.kind !== 'password') {
    if (name.strength === 3 ? isSurelyId(prefix) : isIdPrefix(prefix)) return null
  }
  if (name.strength === 1 && UUID_INSIDE.test(value)) return null
  if (UUID.test(value)) return name.strength === 3 && name.kind !== 'password' ? 'likely' : uuidTier(name)
  if (shape.digits === shape.length)
    return name.strength === 3 && name.kind === 'password' && shape.length >= 8 ? 'candidate' : null
  if (isRandomValue) return shape.isHex && name.strength === 1 ? null : randomTier(shape, setting)
  return passwordTier(value, setting)
}

function uuidTier(name: NameJudgement): Tier | null {
  return name.strength >= 2 ? 'candidate' : null
}

function randomTier(shape: Shape, { name }: Setting): Tier | null {
  const { length } = shape
  const isLong = length >= 16 || (length >= 12 && classesOf(shape) >= 3)
  if (name.strength === 3) return isLong || name.kind === 'password' ? 'likely' : 'candidate'
  if (name.strength === 2) return length >= 16 ? 'likely' : 'candidate'
  return length >= 20 ? 'candidate' : null
}

/** `token?` of a type, `name!` of an expression. */
const OPTIONAL_NAME = /^[A-Za-z_$][\w$.]*[?!]$/
/** Words, also joined by separators, and numbers behind them: the name of something in a program. */
const NAME_LIKE = /^(?!.*\d{6})(?=.*[a-z]{2})[A-Za-z][A-Za-z0-9]*(?:[-_.:/ ][A-Za-z0-9]+)*$/

/** What a short password has in bits when it is drawn by lot; names of programs rarely have it. */
const SHORT_DRAWN = 5

/** Passwords that people make up: several kinds of characters, not the name of something in a program. */
function passwordTier(value: string, { name, isQuoted, isEnvironment }: Setting): Tier | null {
  const shape = shapeOf(value, 0, value.length)
  const classes = classesOf(shape)
  const isOdd = shape.others > 0 && /[!@#%^&*+=?~]/.test(value)
  if (IDENTIFIER.test(value) && !(isEnvironment && shape.digits > 0 && classes >= 3)) return null
  if (shape.digits === 0 && (!isOdd || OPTIONAL_NAME.test(value))) return null
  if (name.kind !== 'password') {
    return name.strength === 3 && isOdd && shape.length >= 10 && classes >= 3 && shape.digits > 0 ? 'likely' : null
  }
  if (name.strength < 3) return null
  if (shape.length >= 8 && classes >= 3 && oddnessOf(value, 0, value.length, shape) > SHORT_DRAWN)
    return isQuoted || isEnvironment ? 'likely' : 'candidate'
  if (!isOdd && NAME_LIKE.test(value)) return madeUpTier(value, shape, { isQuoted, isEnvironment })
  if (shape.length >= 8 && classes >= 3) return isOdd || isQuoted || isEnvironment ? 'likely' : 'candidate'
  return shape.digits > 0 && shape.length >= 7 ? 'candidate' : null
}

/** `Order_Config1234` may be a password; `ssh2_auth_password` and `Ed25519PrivateKey` are names. */
function madeUpTier(
  value: string,
  shape: Shape,
  { isQuoted, isEnvironment }: { isQuoted: boolean; isEnvironment: boolean },
): Tier | null {
  if (shape.length > 28) return null
  if (shape.uppers === 0) return isEnvironment && shape.digits >= 3 && shape.length >= 9 ? 'candidate' : null
  const endsInNumber = /[a-z]\d{1,5}$/i.test(value) || (shape.lowers >= 3 && /[a-z][-_.]\d{2,5}$/i.test(value))
  if (!endsInNumber) return shape.length >= 10 && shape.digits >= (isEnvironment ? 2 : 3) ? 'candidate' : null
  if (!isQuoted && !isEnvironment) return null
  return shape.others > 0 && shape.digits >= 1 ? 'likely' : 'candidate'
}
