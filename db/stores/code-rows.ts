import type { FileVersion, VersionCause } from '../../server/code-state/ledger.ts'

/** The columns of `code_versions` after the file, in the order of {@link versionValues}. */
export const VERSION_COLUMNS =
  'at, session_key, seq, n, content_id, by, exact_at, exact_session, exact_seq, exact_n, confirmed_at, ' +
  'confirmed_session, confirmed_seq, confirmed_n, doubted_at, origin_at, origin_session, origin_seq'

export interface VersionRow {
  at: number
  session_key: number
  seq: number
  n: number
  content_id: number | null
  by: VersionCause
  exact_at: number | null
  exact_session: number | null
  exact_seq: number | null
  exact_n: number | null
  confirmed_at: number
  confirmed_session: number
  confirmed_seq: number
  confirmed_n: number
  doubted_at: number | null
  origin_at: number | null
  origin_session: number | null
  origin_seq: number | null
}

/** A row as the engine knows it. In the table 0 says that no file is there, null that the content is not known. */
export function versionOf(row: VersionRow): FileVersion {
  const version: FileVersion = {
    at: row.at,
    session: row.session_key,
    seq: row.seq,
    n: row.n,
    content: row.content_id === null ? undefined : row.content_id === 0 ? null : row.content_id,
    by: row.by,
    exactFrom:
      row.exact_at === null
        ? null
        : { at: row.exact_at, session: row.exact_session ?? 0, seq: row.exact_seq ?? 0, n: row.exact_n ?? 0 },
    confirmed: { at: row.confirmed_at, session: row.confirmed_session, seq: row.confirmed_seq, n: row.confirmed_n },
    doubtedAt: row.doubted_at,
  }
  if (row.origin_at !== null) {
    version.origin = { at: row.origin_at, session: row.origin_session ?? 0, seq: row.origin_seq ?? 0, n: 0 }
  }
  return version
}

export function versionValues(file: number, version: FileVersion): (number | string | null)[] {
  const { exactFrom, confirmed, origin } = version
  return [
    ...[file, version.at, version.session, version.seq, version.n],
    ...[version.content === undefined ? null : (version.content ?? 0), version.by],
    ...[exactFrom?.at ?? null, exactFrom?.session ?? null, exactFrom?.seq ?? null, exactFrom?.n ?? null],
    ...[confirmed.at, confirmed.session, confirmed.seq, confirmed.n],
    ...[version.doubtedAt, origin?.at ?? null, origin?.session ?? null, origin?.seq ?? null],
  ]
}
