#!/usr/bin/env node
const [command = 'serve', ...args] = process.argv.slice(2)
if (command === 'serve') {
  process.argv.splice(2, process.argv.length, 'start', ...args)
  await import('./launch.mjs')
} else {
  console.error(`There is no command "${command}". Use: lossless serve [options]`)
  process.exitCode = 2
}
