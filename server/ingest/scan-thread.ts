import { setImmediate as pause } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import type { Finding, Scan } from '../redaction/finding.ts'
import { markOf } from '../redaction/mark.ts'
import { tryPattern } from '../redaction/try-pattern.ts'
import { openKnown, type ScanStart } from './known-from-vault.ts'
import { markOfUnknown } from './known-secrets.ts'
import type { Answer, FoundSecret, ScanOrder, ScanReport } from './text-scan.ts'

// Looks for secrets in texts of the moment, in a thread of its own that only reads: nobody else has to wait for it.

/** New secrets come in swarms, in milliseconds. */
const LOAD_AFTER = 300

if (!parentPort) throw new Error('scan-thread.ts runs as a worker of the server.')
const port = parentPort
const { rules, scanner, key, store, secrets, loading } = openKnown(workerData as ScanStart)
let isLoading = false
let isBehind = false

port.on('message', (order: ScanOrder) => {
  switch (order.kind) {
    case 'scan':
      return port.postMessage(answerTo(order.number, () => look(order.text, order.isJson)))
    case 'try':
      return port.postMessage(answerTo(order.number, () => ({ trial: tryPattern(order.trial) })))
    case 'secrets':
      return void load(LOAD_AFTER)
    case 'rules':
      return rules.reload()
  }
})
void load(0)

function answerTo(number: number, answer: () => Answer): ScanReport {
  try {
    return { number, ...answer() }
  } catch (error) {
    return { number, reason: error instanceof Error ? error.message : String(error) }
  }
}

function look(text: string, isJson: boolean): Answer {
  const { findings, unchecked } = scan(text, isJson)
  return { look: { found: described(findings), isComplete: unchecked.length === 0 } }
}

function scan(text: string, isJson: boolean): Scan {
  const context = { known: secrets.known }
  return (isJson ? scanner.scanJson(text, context) : null) ?? scanner.scanText(text, context)
}

/** Findings without their values; what was decided about each is read anew, because it may be decided any time. */
function described(findings: readonly Finding[]): FoundSecret[] {
  const noted = new Map<string, Pick<FoundSecret, 'hash' | 'placeholder' | 'state'>>()
  return findings.map(({ kind, provider, tier, path, isKey, start, end, value }) => {
    const note = noted.get(value) ?? noteOf(kind, value)
    noted.set(value, note)
    return { kind, provider, tier, path, isKey, start, end, ...note }
  })
}

function noteOf(kind: string, value: string): Pick<FoundSecret, 'hash' | 'placeholder' | 'state'> {
  const hash = key.hash(value)
  const stored = store.findByHash(hash)
  const placeholder = stored === undefined ? markOfUnknown(kind, hash) : markOf(stored)
  return { hash: hash.toString('hex'), placeholder, state: stored?.state ?? 'open' }
}

/** Reads the values that became known. Texts that are asked about meanwhile are looked at in between. */
async function load(after: number): Promise<void> {
  isBehind = true
  if (isLoading) return
  isLoading = true
  while (isBehind) {
    if (after > 0) await new Promise((resolve) => setTimeout(resolve, after))
    isBehind = false
    for (const _ of loading()) await pause()
  }
  isLoading = false
}
