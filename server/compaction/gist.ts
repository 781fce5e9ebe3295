import { cutLine } from './candidate.ts'

const STYLES = new RegExp(`${String.fromCharCode(0x1b)}\\[[0-9;?]*[A-Za-z]`, 'g')

const BAD =
  /\bFAIL(?:ED|URE|S)?\b|✗|✖|❌|\bnot ok\b|\b(?:error|panic|fatal|exception|undefined|cannot|could not|unable|denied|refused|traceback|assert\w*|mismatch)\b|(?<!\b0 )\bfail(?:ed|ures?)?\b/i
const SUM =
  /\b\d[\d,.]* (?:passed|passing|failed|failing|tests?|issues?|errors?|warnings?|problems?|files? changed)\b|^(?:ok|PASS|FAIL)\b|\b(?:all (?:tests )?pass\w*|success\w*|build(?:ing)? (?:complete|succeeded)|Finished|Done)\b|^\[[^\]]+ [0-9a-f]{7,}\]|https?:\/\/\S+\/(?:pull|issues)\/\d+/i
/** A failure that names a place, a test or a reason. */
const PLACED =
  /^--- FAIL: |^\S+\.\w+:\d+|\bError: \S|^error(?:\[\w+\])?: |^panic: |✗|✖|❌|^not ok|^FAILED? \S+::|AssertionError/
/** Says that something failed, but not what. */
const EMPTY_BAD =
  /^(?:FAIL|FAILED|exit status \d+|make: \*\*\*.*|.*ERROR task failed|FAIL\s+\S+\s+[\d.]+m?s|Error Trace: .*|Error:)$/

const NOISE = /^(?:Exit code \d+|=+ RUN|=== (?:RUN|PAUSE|CONT)|\s*at .*:\d+:\d+\)?$|[-=_*\s]*$|\$ |> )/

/** What an output says in one or two lines: of a failure what failed, else what it sums up to. Null for nothing. */
export function gistOf(output: string, isBad: boolean): string | null {
  const lines = output
    .slice(-60_000)
    .replace(STYLES, '')
    .replace(/<\/?(?:tool_use_error|error|stdout|stderr)>/g, '')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !NOISE.test(line))
  if (lines.length === 0) return null
  const picked = isBad ? pickBad(lines) : pickSum(lines)
  return cutLine(picked.join(' · '), 240)
}

function pickBad(lines: string[]): string[] {
  const bad = lines.filter((line) => BAD.test(line))
  const telling = bad.filter((line) => !EMPTY_BAD.test(line))
  const first = telling.find((line) => PLACED.test(line)) ?? telling[0] ?? bad[0] ?? lines.at(-1) ?? ''
  if (first.length > 160) return [first]
  // A test's name alone does not say what went wrong: the line below it with a place does.
  const below = lines.slice(lines.indexOf(first) + 1).find((line) => /^\S+\.\w+:\d+(?::\d+)?: \S/.test(line))
  const second = telling.find((line) => line !== first && !/^-{0,3}\s*FAIL/.test(line)) ?? below
  return second === undefined || second === first ? [first] : [first, second]
}

function pickSum(lines: string[]): string[] {
  const sum = lines.findLast((line) => SUM.test(line))
  return [sum ?? lines.at(-1) ?? '']
}
