import { join } from 'node:path'
import { describeAdapter } from '../adapters/adapter-suite.ts'
import { cursor } from '../adapters/cursor/index.ts'
import { fixtureSources } from './cursor-testing.ts'

// Here and not beside the adapter, because its sessions stand in a database, which adapters do not see.
describeAdapter(cursor, join(import.meta.dirname, '../adapters/cursor'), fixtureSources())
