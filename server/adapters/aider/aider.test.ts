import { describeAdapter } from '../adapter-suite.ts'
import { aider } from './index.ts'

describeAdapter(aider, import.meta.dirname)
