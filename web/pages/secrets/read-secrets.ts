import { listSecrets, type Secret, type SecretSums } from '../../../server/contract/secrets.ts'
import { call } from '../../api/call.ts'

const pageSize = 500

/** All secrets, all pages of them: what is filtered and counted has to be here. */
export async function readSecrets(signal: AbortSignal): Promise<{ items: Secret[]; sums: SecretSums }> {
  let page = await call(listSecrets, { query: { limit: pageSize }, signal })
  const byId = new Map(page.items.map((secret) => [secret.id, secret]))
  while (page.nextCursor !== null) {
    page = await call(listSecrets, { query: { limit: pageSize, cursor: page.nextCursor }, signal })
    for (const secret of page.items) byId.set(secret.id, secret)
  }
  return { items: [...byId.values()], sums: page.sums }
}
