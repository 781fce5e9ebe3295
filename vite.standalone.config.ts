import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

/** Builds what goes into an exported page: one script, one style sheet, and nothing that is loaded later. */
export default defineConfig({
  root: 'web/standalone',
  publicDir: false,
  plugins: [svelte()],
  build: {
    outDir: '../dist/standalone',
    emptyOutDir: true,
    target: 'es2023',
    cssCodeSplit: false,
    lib: { entry: 'main.ts', formats: ['iife'], name: 'lossless', fileName: () => 'viewer.js', cssFileName: 'viewer' },
  },
  define: { 'process.env.NODE_ENV': '"production"' },
})
