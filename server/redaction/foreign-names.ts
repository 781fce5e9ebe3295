import { readNamed } from './assignments.ts'
import { BIT, runEnd, runStart } from './charset.ts'
import type { NameJudgement } from './names.ts'
import type { Page } from './page.ts'

/** A word of another language that names a secret. */
export interface ForeignName {
  word: string
  kind: NameJudgement['kind']
}

const PASSWORDS = [
  ...['kennwort', 'passwort', 'senha', 'contraseña', 'contrasena', 'contrasenya', 'clave', 'wachtwoord', 'parola'],
  ...['mot de passe', 'mot_de_passe', 'motdepasse', 'mdp', 'palavra-passe', 'palavra passe', 'hasło', 'haslo', 'heslo'],
  ...['geslo', 'lozinka', 'jelszó', 'jelszo', 'salasana', 'lösenord', 'losenord', 'adgangskode', 'şifre', 'sifre'],
  ...['parool', 'lykilorð', 'mật khẩu', 'kata sandi', 'пароль', 'пароля', 'лозинка', 'парола', 'κωδικός', 'סיסמה'],
  ...[
    'كلمة المرور',
    'كلمة السر',
    'पासवर्ड',
    'รหัสผ่าน',
    '密码',
    '密碼',
    '口令',
    'パスワード',
    '暗証番号',
    '비밀번호',
    '암호',
  ],
]
const SECRETS = [
  ...['geheimnis', 'geheim', 'schlüssel', 'schluessel', 'chave', 'segredo', 'clé secrète', 'cle_secrete', 'clé api'],
  ...[
    'clave_secreta',
    'clave_api',
    'llave',
    'ключ',
    'секрет',
    'токен',
    '密钥',
    '密鑰',
    '令牌',
    '秘钥',
    '秘密鍵',
    'トークン',
  ],
  ...['비밀키', '토큰', 'jeton', 'hemlighet'],
]

/** Words that the names of programs share are read as names of programs; these stand alone too. */
export const FOREIGN_NAMES: readonly ForeignName[] = [
  ...PASSWORDS.map((word): ForeignName => ({ word, kind: 'password' })),
  ...SECRETS.map((word): ForeignName => ({ word, kind: 'secret' })),
]

const BEYOND_ASCII = /[\u0080-\uffff]/

/** Looks at a name in another language and at the value beside it: `contraseña: …`, `SENHA_BANCO=…`. */
export function readForeign(page: Page, { word, kind }: ForeignName, start: number, end: number): void {
  if (start < page.nameEnd) return
  const { text } = page
  const nameStart = runStart(text, start, BIT.name, start - 40)
  // A short word inside another one names nothing: `enclave`, `compass`.
  if (nameStart < start && (text.charCodeAt(start - 1) | 32) >= 97 && !isHump(text, start)) return
  const nameEnd = runEnd(text, end, BIT.name, end + 40)
  if (nameEnd > end && /^[a-z]/.test(text.charAt(end)) && !BEYOND_ASCII.test(word)) return
  page.nameEnd = nameEnd
  page.spend(nameEnd - nameStart)
  readNamed(page, { name: { strength: 3, kind }, nameStart, nameEnd })
}

/** `minhaSenha`: a capital after a small letter. */
function isHump(text: string, at: number): boolean {
  return /[A-Z]/.test(text.charAt(at)) && /[a-z]/.test(text.charAt(at - 1))
}
