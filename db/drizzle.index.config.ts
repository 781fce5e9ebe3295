import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'sqlite',
  schema: ['./db/index-schema.ts', './db/code-schema.ts'],
  out: './migrations/index',
})
