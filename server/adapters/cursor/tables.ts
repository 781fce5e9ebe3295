import type { KeyTable } from '../adapter.ts'

/** Conversations, and much else of the agent's own. */
export const KV: KeyTable = { name: 'cursorDiskKV', key: 'key', value: 'value' }
/** One row for each composer, since version 3.9. */
export const HEADERS: KeyTable = { name: 'composerHeaders', key: 'composerId', value: 'value' }
/** The editor's settings and lists. */
export const ITEMS: KeyTable = { name: 'ItemTable', key: 'key', value: 'value' }
