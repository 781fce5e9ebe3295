import { AI } from './ai.ts'
import { CLOUD } from './cloud.ts'
import { CODE_HOSTING } from './code-hosting.ts'
import { toFormat, type Format } from './format.ts'
import { INFRASTRUCTURE } from './infrastructure.ts'
import { MESSAGING } from './messaging.ts'
import { MORE } from './more.ts'
import { PAYMENTS } from './payments.ts'
import { WORK_TOOLS } from './work-tools.ts'

/** Every format that is known. Ids are stored with findings, so none is ever renamed. */
export const FORMATS: readonly Format[] = [
  ...AI,
  ...CLOUD,
  ...CODE_HOSTING,
  ...INFRASTRUCTURE,
  ...MESSAGING,
  ...PAYMENTS,
  ...WORK_TOOLS,
  ...MORE,
].map(toFormat)
