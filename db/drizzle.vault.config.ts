import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'sqlite',
  schema: ['./db/vault-schema.ts'],
  out: './migrations/vault',
})
