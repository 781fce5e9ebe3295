import { describeAdapter } from '../adapter-suite.ts'
import { codex } from './index.ts'

describeAdapter(codex, import.meta.dirname)
