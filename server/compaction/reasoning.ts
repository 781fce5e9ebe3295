import { type Candidate, type Collector, cutLine, type Told } from './candidate.ts'
import { type Sentence, sentencesOf } from './sentences.ts'

const LONGEST = 320

/** What a sentence says is about to be done next, or was just read: neither a decision nor a finding. */
const NARRATION =
  /^(?:\W*)(?:(?:ok(?:ay)?|good|great|perfect|now|so|first|next|then|actually|alright)[,.!:]?\s+)*(?:let me|let's (?:check|look|see|read|run|find|verify|test|start)|i need to (?:check|look|see|read|find|understand|verify)|i['’]ll (?:check|look|see|read|run|find|search|start|continue|verify|explore|examine)|i should (?:check|look|see|read|verify)|lass mich|ich (?:schaue|prüfe|lese|suche)|checking|looking|reading|running)\b/i

/** Repeats what the user said, which stands among the instructions. */
const RETOLD =
  /^\W*(?:good[.!,] |so |ok(?:ay)?[.!,] )?the user (?:wants|asked|is asking|says|said|is saying|would like|approved|is (?:right|correct))\b/i

/** Not sure of it. */
const GUESS =
  /\b(?:might|maybe|perhaps|likely|probably|could be|seems?|appears?|i think|not sure|wait|vielleicht|wahrscheinlich)\b/i

const DECISION = [
  /\b(?:decided|decision|decide to|opted|opting|chose|chosen|settled on|agreed (?:to|on|that))\b/i,
  /\b(?:i['’]ll go with|going with|go with|we['’]ll go with|i['’]m going to use|i['’]d (?:go with|recommend|suggest|prefer)|i (?:recommend|suggest|prefer)|recommend(?:ed|ation)?(?: is|:))\b/i,
  /\b(?:instead of|rather than|in favou?r of|trade-?offs?)\b/i,
  /\b(?:best|simplest|cleanest|safest|better|right|correct|simpler|cleaner|preferred) (?:approach|option|solution|way|choice|place|fix|design)\b/i,
  /\b(?:makes? (?:more )?sense to|it['’]s better to|better to)\b/i,
  /\b(?:the reason|the key insight|key insight|by design|on purpose|intentional(?:ly)?|deliberate(?:ly)?)\b/i,
  /\b(?:entschieden|entscheidung|entscheide|stattdessen|anstatt|anstelle|deshalb|der grund|ich nehme|besser ist|am besten)\b/i,
  /\b(?:plutôt que|au lieu de|j['’]ai décidé|je choisis|en lugar de|en vez de|he decidido|decidimos|invece di)\b/i,
  /(?:決め|決定|代わりに|因此决定|决定|而不是)/,
]
/** Counts only with a reason in the same sentence. */
const INTENT =
  /\b(?:should|i['’]ll|we['’]ll|i will|we will|we can|use|using|keep|add|need(?:s)? to|must|ich werde|wir (?:nehmen|nutzen|sollten))\b/i
const REASON =
  /(?:\b(?:because|since|so that|to avoid|to prevent|to ensure|in order to|due to|as this|as it|otherwise|which means|weil|denn|damit|da (?:es|das|die|der|wir)|sonst|parce que|puisque|porque|ya que)\b|そのため|なぜなら|因为)[\s:,]*/i

const REJECTED = [
  /\b(?:does|do|did|would|will|wo|can|could|is|are|was)(?:n['’]t| not)\s+(?:actually\s+|really\s+|even\s+)?(?:work|be (?:possible|feasible|reliable)|possible|feasible|reliable|reliably|help|solve|enough|suffice|worth|an option|viable)\b/i,
  /\b(?:won['’]t|can['’]t|cannot|didn['’]t|doesn['’]t|don['’]t)\s+(?:actually\s+|really\s+)?(?:work|help|solve|reliably)\b/i,
  /\b(?:tried|trying|attempt(?:ed)?)\b.{0,160}\b(?:but|however|fail(?:s|ed)?|didn['’]t|doesn['’]t|error)\b/i,
  /\b(?:revert(?:ed|ing)?|roll(?:ed|ing)? (?:it |this |that )?back|undo(?:ing|ne)?|abandon(?:ed)?|discard(?:ed)?|scrap(?:ped)?|drop(?:ped)? (?:this|that|the) (?:idea|approach|plan))\b/i,
  /\b(?:rejected|ruled out|rule out|not going to|overkill|over-?engineer(?:ed|ing)?|too (?:complex|complicated|risky|slow|fragile|brittle)|adds? complexity|unnecessary complexity)\b/i,
  /\b(?:problem|issue|downside|flaw) (?:with|of|in) (?:this|that|my|your|the current|option|approach)\b/i,
  /\b(?:my|the|that|this) (?:previous|first|earlier|old|original) (?:approach|attempt|fix|idea|solution)\b.{0,80}\b(?:wrong|fail|not|broke|incorrect)/i,
  /\b(?:funktioniert nicht|geht nicht|klappt nicht|verworfen|rückgängig|zu (?:komplex|kompliziert|riskant|langsam))\b/i,
  /\b(?:ne fonctionne pas|ne marche pas|no funciona|descartad[oa])\b/i,
]

const CAUSE = [
  /\broot cause\b/i,
  /\bthe (?:real |actual |main |core )?(?:issue|problem|bug|error|failure|cause) (?:is|was|here|seems|appears|comes|occurs|lies|turned)\b/i,
  /\b(?:fail(?:s|ed|ing)?|broken|breaks|broke|crash(?:es|ed)?|happens|error(?:s)?) (?:is |are |was |were )?(?:because|due to|since|caused by)\b/i,
  /\b(?:caused by|turns out|turned out|i see the (?:issue|problem|bug)|found the (?:issue|problem|bug|cause)|that['’]s (?:why|the (?:issue|problem|bug)))\b/i,
  /\b(?:die ursache|der (?:fehler|grund) (?:ist|war|liegt)|das problem (?:ist|war|liegt)|liegt daran)\b/i,
  /\b(?:le problème (?:est|vient)|el problema (?:es|era))\b/i,
]
const FIX =
  /\b(?:fix(?:ed|ing)?|solution|solve[ds]?|need(?:s)? to|should|must|i['’]ll|resolved?|by (?:adding|changing|using|removing|setting)|behoben|lösung|muss)\b/i

/** Decisions with their reasons, approaches given up, and causes found: sentences of answers and of thinking. */
export class Reasoning implements Collector {
  #found: Candidate[] = []
  #seen = new Set<string>()

  take(event: Told): void {
    if (event.branch > 0 || event.text === null) return
    if (event.kind !== 'answer' && event.kind !== 'thinking') return
    // What was said counts more than what was only thought.
    const bonus = event.kind === 'answer' ? 0.05 : 0
    const found: Candidate[] = []
    for (const sentence of sentencesOf(event.text)) {
      const item = judge(sentence)
      // A guess that was only thought is worth nothing later.
      if (item === null || (event.kind === 'thinking' && GUESS.test(sentence.text))) continue
      const key = keyOf(sentence.text)
      if (this.#seen.has(key)) continue
      this.#seen.add(key)
      found.push({ ...item, seq: event.seq, eventId: event.id, importance: item.importance + bonus })
    }
    this.#found.push(...lastOfEach(found, event.kind === 'answer' ? 6 : 3))
  }

  found(): Candidate[] {
    return this.#found
  }

  begin(): void {
    this.#found = []
    this.#seen.clear()
  }
}

/** Who thinks aloud changes their mind: of much that was weighed in one go the last is what stood. */
function lastOfEach(found: Candidate[], most: number): Candidate[] {
  const left = new Map<Candidate['kind'], number>()
  for (const one of found) left.set(one.kind, (left.get(one.kind) ?? 0) + 1)
  return found.filter((one) => {
    const count = left.get(one.kind) ?? 0
    left.set(one.kind, count - 1)
    return count <= most
  })
}

/** What a sentence is; null for most. */
export function judge({ text: whole, next, isItem }: Sentence): Omit<Candidate, 'seq' | 'eventId'> | null {
  const text = whole.replace(/([:：]\**)\s*\d+\.$/, '$1')
  if (text.length < 25 || text.endsWith('?') || NARRATION.test(text) || RETOLD.test(text)) return null
  if (!/\p{L}{2,}.*\s.*\p{L}{2,}/u.test(text)) return null
  // A heading, or `I see the issue now`, says nothing by itself.
  const isFull = (text.match(/[\p{L}\p{N}`]+/gu) ?? []).length > 7
  const doubt = GUESS.test(text) ? 0.1 : 0
  const matches = (rules: RegExp[]) => rules.filter((rule) => rule.test(text)).length
  const causes = matches(CAUSE)
  const isOpen = /[:：]\**$/.test(next ?? text)
  if (causes > 0 && (isFull || (next !== null && !isOpen))) {
    const fix = next !== null && FIX.test(next) ? cutLine(next, LONGEST) : null
    return {
      kind: 'error',
      text: cutLine(isFull ? withBelow(text, next) : `${text} ${next ?? ''}`, LONGEST),
      detail: fix,
      importance: (fix === null ? 0.6 : 0.66) - doubt,
    }
  }
  const rejections = matches(REJECTED)
  if (rejections > 0 && !/[:：]\**$/.test(text)) {
    return {
      kind: 'rejected',
      text: cutLine(text, LONGEST),
      detail: reasonOf(text, next),
      importance: Math.min(0.7, 0.52 + 0.08 * rejections) - doubt,
    }
  }
  const decisions = matches(DECISION)
  const reason = reasonOf(text, next)
  if (decisions > 0 && isFull) {
    const importance = 0.5 + (reason === null ? 0 : 0.12) + (decisions > 1 ? 0.05 : 0) - (isItem ? 0.04 : 0) - doubt
    return { kind: 'decision', text: cutLine(withBelow(text, next), LONGEST), detail: reason, importance }
  }
  if (
    reason !== null &&
    INTENT.test(text) &&
    REASON.test(text) &&
    !/\b(?:verify|check|look|see if|find out|understand|investigate)\b/i.test(text)
  ) {
    return { kind: 'decision', text: cutLine(text, LONGEST), detail: reason, importance: 0.46 - doubt }
  }
  return null
}

/** A sentence that only announces says nothing without what stands below it. */
function withBelow(text: string, next: string | null): string {
  return next !== null && text.length < 90 && /[:：]\**$/.test(text) ? `${text} ${next}` : text
}

function reasonOf(text: string, next: string | null): string | null {
  const at = REASON.exec(text)
  if (at && at.index > 0) {
    const clause = text.slice(at.index).trim()
    if (clause.length > 12) return cutLine(clause, 240)
  }
  if (next !== null && (REASON.exec(next)?.index ?? 99) < 12) return cutLine(next, 240)
  return next !== null &&
    /^(?:this|that|it|das|dies)\b/i.test(next) &&
    /\b(?:avoid|ensure|mean|allow|prevent|keep|make)/i.test(next)
    ? cutLine(next, 240)
    : null
}

function keyOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}
