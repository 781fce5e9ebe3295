/** A term by which two texts can be seen to speak of the same thing. */
export interface Term {
  /** Comparable form: a stem, a name in lower case, a file's base name, a number. */
  key: string
  /** As it stood in the text, for showing. */
  shown: string
  kind: 'file' | 'name' | 'number' | 'word' | 'part'
  /** Where it first stood in the text. */
  at: number
}

const TOKEN =
  /(?<![\p{L}\p{N}_~.@-])[\p{L}\p{N}_~.@-]*(?:\/[\p{L}\p{N}_.@+-]+)+\/?|#\d+|\p{N}[\p{N}.,:]*%?|[\p{L}_$][\p{L}\p{N}_$]*(?:[-.][\p{L}\p{N}_$]+)*(?:\(\))?/gu

const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u

const FILE_NAME = /^[\w@.-]*[\w-]\.[a-z][a-z0-9]{0,5}$/

const STOP_WORDS = new Set(
  `a about above actually after again all also although always am an and any anything are around as ask at back be because been before being
between both but by can cannot come could did do does doing done don each either else even every everything few file files first for from
further get gets getting give go going good got had has have having he her here his how however i if in instead into is it its itself just
keep know let like ll look looks lot made make makes making many may maybe me might more most much must my need needed needs new next no not
now of off ok okay on once one only or other our out over own part perhaps please put quite rather re really right same say see seem seems
set shall she should since so some something still such sure take than thanks that the their them then there therefore these they thing things
think this those though through to too try trying two under until up upon us use used user uses using ve very want wanted wants was way we well
were what when where whether which while who why will with within without work working works would yes yet you your
actually already approach basically becomes best better called cleanest core correct decided decision different exist exists fact important
insight instead issue key later main matter means mean option place point possible previous problem real reason says simply simplest sort start
started suggest suggests temp thinking tmp today together wrong yet
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
  for (const match of text.matchAll(TOKEN)) {
    for (const { key, shown, kind } of piecesOf(match[0])) {
      const known = terms.get(key)
      // A word by itself says more than the same word inside a name.
      if (known?.kind === 'part' && kind === 'word') known.kind = 'word'
      else if (!known) terms.set(key, { key, shown, kind, at: match.index })
    }
  }
  return [...terms.values()]
}

type Piece = Omit<Term, 'at'>

/** The same words come again and again: taking them apart once is most of the work saved. */
const KNOWN = new Map<string, readonly Piece[]>()
const MOST_KNOWN = 20_000

function piecesOf(token: string): readonly Piece[] {
  const known = KNOWN.get(token)
  if (known) return known
  const pieces = takeApart(token)
  if (KNOWN.size >= MOST_KNOWN) KNOWN.clear()
  if (token.length < 100) KNOWN.set(token, pieces)
  return pieces
}

function takeApart(raw: string): Piece[] {
  const token = raw.replace(/[.,:-]+$/, '').replace(/\(\)$/, '')
  if (token === '') return []
  if (CJK.test(token)) return pairsOf(token)
  if (token.includes('/')) return piecesOfPath(token)
  if (/^#?\p{N}/u.test(token)) {
    const digits = token.replace(/[#,%]/g, '')
    const isTelling = digits.length > 1 || digits !== token
    return isTelling ? [{ kind: 'number', key: digits, shown: token }] : []
  }
  if (FILE_NAME.test(token) && !/^(?:e\.g|i\.e|z\.b|d\.h)$/i.test(token)) {
    return [{ kind: 'file', key: token.toLowerCase(), shown: token }]
  }
  // Of `paths.ToRelativePath` the last part is the name; the rest says where it lives.
  const parts = token.split('.').filter((part) => part !== '')
  const name = parts.pop() ?? token
  const pieces = parts.flatMap((part) => wordsIn(part, 'part'))
  if (isRandom(name)) return pieces
  const isName = /[_$]|\p{Ll}\p{Lu}|\p{L}\p{N}|\p{Lu}{3}/u.test(name) || /\p{L}-\p{L}.*-\p{L}/u.test(name)
  if (isName) pieces.push({ kind: 'name', key: name.toLowerCase(), shown: name })
  return [...pieces, ...wordsIn(name, isName ? 'part' : 'word')]
}

/** Texts without spaces between words are told apart by pairs of letters. */
function pairsOf(token: string): Piece[] {
  const letters = [...token]
  return letters.slice(1).map((letter, index) => {
    const pair = `${letters[index] ?? ''}${letter}`
    return { kind: 'word', key: pair, shown: pair }
  })
}

function piecesOfPath(path: string): Piece[] {
  const parts = path.split('/').filter((part) => part !== '')
  const base = parts.at(-1) ?? path
  if (FILE_NAME.test(base)) return [{ kind: 'file', key: base.toLowerCase(), shown: base }]
  // Folders of this machine and of the day say nothing of what was done.
  return (path.startsWith('/') ? [base] : parts).flatMap((part) => piecesOf(part))
}

/** Names of temporary folders and the like: letters and digits in no order. */
function isRandom(name: string): boolean {
  return name.length > 7 && (name.match(/\d/g) ?? []).length > 1 && (name.match(/\d\p{L}|\p{L}\d/gu) ?? []).length > 2
}

function wordsIn(name: string, kind: 'word' | 'part'): Piece[] {
  const words = partsOfName(name).filter((part) => part.length > 2 && !/^\d/.test(part))
  const telling = words.filter((part) => !STOP_WORDS.has(part.toLowerCase()))
  return telling.map((part) => ({ kind, key: stemOf(part.toLowerCase()), shown: part }))
}

/** `readSessionContent`, `read_session_content` and `read-session-content` have the same parts. */
function partsOfName(name: string): string[] {
  return name
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu}+)(\p{Lu}\p{Ll})/gu, '$1 $2')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part !== '')
}

/** Stems that say the same in this field: the first stands for the others. */
const SAME = new Map(
  [
    'fix repair resolv correct',
    'delet remov eras drop',
    'add creat introduc',
    'chang modif updat alter edit switch replac',
    'fail broken breaks broke failur',
    'func function method',
    'paramet param',
    'argument arg',
    'folder dir directori',
    'check verifi valid',
    'implement impl implementat',
    'document doc',
    'repositori repo',
    'configur config',
    'messag msg',
    'pr pull',
    'merg combin consolid unifi',
    'simpl simpler simplest simplifi',
  ].flatMap((line) => {
    const [meant = '', ...stems] = line.split(' ')
    return stems.map((stem) => [stem, meant] as const)
  }),
)

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
  return SAME.get(stem) ?? stem
}
