import { describeAdapter } from '../adapter-suite.ts'
import { geminiCli } from './index.ts'

describeAdapter(geminiCli, import.meta.dirname)
