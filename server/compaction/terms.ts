/** A term by which two texts can be seen to speak of the same thing. */
export interface Term {
  /** Comparable form: a stem, a name in lower case, a file's base name, a number. */
  key: string
  /** As it stood in the text, for showing. */
  shown: string
  kind: 'file' | 'name' | 'number' | 'word'
}

const TOKEN =
  /[\p{L}\p{N}_~.@-]*(?:\/[\p{L}\p{N}_.@+-]+)+\/?|#\d+|\p{N}[\p{N}.,:]*%?|[\p{L}_$][\p{L}\p{N}_$]*(?:[-.][\p{L}\p{N}_$]+)*(?:\(\))?/gu

const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u

const FILE_NAME = /^[\w@.-]*[\w-]\.[A-Za-z][A-Za-z0-9]{0,5}$/

const STOP_WORDS = new Set(
  `a about above actually after again all also although always am an and any anything are around as ask at back be because been before being
between both but by can cannot come could did do does doing done don each either else even every everything few file files first for from
further get gets getting give go going good got had has have having he her here his how however i if in instead into is it its itself just
keep know let like ll look looks lot made make makes making many may maybe me might more most much must my need needed needs new next no not
now of off ok okay on once one only or other our out over own part perhaps please put quite rather re really right same say see seem seems
set shall she should since so some something still such sure take than thanks that the their them then there therefore these they thing things
think this those though through to too try trying two under until up upon us use used user uses using ve very want wanted wants was way we well
were what when where whether which while who why will with within without work working works would yes yet you your
aber alle als also am an auch auf aus bei bin bis bitte da dann das dass dem den der des die dies diese dieser du durch ein eine einem einen
einer er es für hat habe haben hier ich ihr im in ist ja jetzt kann können mit muss nach nicht noch nun nur ob oder schon sein sich sie sind so
soll über um und uns von vor war was weil wenn wer werden wie wir wird zu zum zur
le la les des un une et est dans pour que qui sur pas plus avec ce cette el los las una y en por para con del se`
    .split(/\s+/)
    .filter(Boolean),
)

/** All terms of a text, each once, in the order in which they first stand there. */
export function termsOf(text: string): Term[] {
  const terms = new Map<string, Term>()
  const add = (kind: Term['kind'], key: string, shown: string) => {
    if (key !== '' && !terms.has(key)) terms.set(key, { key, shown, kind })
  }
  for (const [raw] of text.matchAll(TOKEN)) addToken(raw, add)
  return [...terms.values()]
}

function addToken(raw: string, add: (kind: Term['kind'], key: string, shown: string) => void): void {
  const token = raw.replace(/[.,:-]+$/, '').replace(/\(\)$/, '')
  if (token === '') return
  if (CJK.test(token)) {
    const letters = [...token]
    for (let at = 0; at + 1 < letters.length; at += 1)
      add('word', `${letters[at]}${letters[at + 1]}`, `${letters[at]}${letters[at + 1]}`)
    return
  }
  if (token.includes('/')) {
    const base = token.split('/').findLast((part) => part !== '') ?? token
    if (FILE_NAME.test(base)) add('file', base.toLowerCase(), base)
    else for (const part of token.split('/')) if (part !== '') addToken(part, add)
    return
  }
  if (/^#?\p{N}/u.test(token)) {
    const digits = token.replace(/^#/, '').replace(/[.,:%]+$/, '')
    if (digits.length > 1 || token.startsWith('#') || token.endsWith('%'))
      add('number', digits.replace(/,/g, ''), token)
    return
  }
  if (FILE_NAME.test(token) && !/^(?:e\.g|i\.e|z\.b)$/i.test(token)) {
    add('file', token.toLowerCase(), token)
    return
  }
  const isName =
    /[_$]|\p{Ll}\p{Lu}|\p{L}\p{N}|\p{Lu}{3}/u.test(token) || /\p{L}-\p{L}.*-\p{L}/u.test(token) || token.includes('.')
  if (isName) add('name', token.toLowerCase(), token)
  const parts = isName || token.includes('-') ? partsOfName(token) : [token]
  for (const part of parts) {
    const word = part.toLowerCase()
    if (word.length < 3 || STOP_WORDS.has(word) || /^\d/.test(word)) continue
    add('word', stemOf(word), part)
  }
}

/** `readSessionContent`, `read_session_content` and `read-session-content` have the same parts. */
function partsOfName(name: string): string[] {
  return name
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu}+)(\p{Lu}\p{Ll})/gu, '$1 $2')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part !== '')
}

/** Words that say the same in this field. */
const SAME: Record<string, string> = {
  repair: 'fix',
  resolv: 'fix',
  correct: 'fix',
  remov: 'delet',
  eras: 'delet',
  drop: 'delet',
  creat: 'add',
  introduc: 'add',
  renam: 'renam',
  modif: 'chang',
  updat: 'chang',
  alter: 'chang',
  edit: 'chang',
  switch: 'chang',
  replac: 'chang',
  bug: 'issu',
  problem: 'issu',
  error: 'issu',
  fault: 'issu',
  broken: 'fail',
  breaks: 'fail',
  broke: 'fail',
  failur: 'fail',
  function: 'func',
  method: 'func',
  param: 'paramet',
  arg: 'argument',
  dir: 'folder',
  directori: 'folder',
  verifi: 'check',
  valid: 'check',
  implement: 'implement',
  impl: 'implement',
  doc: 'document',
  repo: 'repositori',
  config: 'configur',
  msg: 'messag',
  consist: 'consist',
  pull: 'pr',
  combin: 'merg',
  consolid: 'merg',
  unifi: 'merg',
  simpler: 'simpl',
  simplest: 'simpl',
  simplifi: 'simpl',
}

/** A rough stem, good enough for English, and for German endings. */
export function stemOf(word: string): string {
  let stem = word.replace(/['’]s$/, '')
  if (stem.length > 4) {
    stem = stem
      .replace(/(?:ational|ization|isation)$/, 'ate')
      .replace(/(?:ations?|ators?|ating|ated|ates?)$/, 'at')
      .replace(/(?:ies|ied)$/, 'i')
      .replace(/(?:ements?|ments?|ness|ously|ingly|edly)$/, '')
      .replace(/(?:ings?|ed|ers?|es|en|ung|ungen|ly|s|e)$/, '')
      .replace(/y$/, 'i')
      .replace(/([^aeiouls])\1$/, '$1')
  } else if (stem.length > 3) stem = stem.replace(/s$/, '')
  return SAME[stem] ?? stem
}
