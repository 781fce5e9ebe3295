import { describeAdapter } from '../adapter-suite.ts'
import { claudeCode } from './index.ts'

describeAdapter(claudeCode, import.meta.dirname)
