import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

/** The server that `npm run dev` starts beside Vite, and the token that both were given. */
const api = process.env['LOSSLESS_DEV_API'] ?? 'http://127.0.0.1:4177'
const token = process.env['LOSSLESS_TOKEN']

export default defineConfig({
  root: 'web',
  plugins: [svelte()],
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2023', assetsInlineLimit: 0 },
  server: {
    proxy: {
      // Not the modules of web/api, which Vite serves itself.
      '^/api/(?!.*\\.ts)': {
        target: api,
        ws: true,
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      },
    },
  },
})
