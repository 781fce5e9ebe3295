import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { root } from './project.mjs'

/**
 * Runs a program to its end with our own input and output and resolves to its exit code. Signals that reach only us
 * are handed on; an interrupt from the keyboard reaches the child by itself.
 */
export function runToEnd(program, args, { env = process.env, cwd = root } = {}) {
  const child = spawn(program, args, { cwd, env, stdio: 'inherit' })
  return ended(child)
}

/** Resolves to the exit code of a child that was started by us, handing signals on until then. */
export function ended(child) {
  const stopListening = handOnSignals(child)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      stopListening()
      resolve(code ?? 128 + (constants.signals[signal] ?? 0))
    })
  })
}

/** Runs a program and resolves to its exit code and everything it wrote. */
export function runQuietly(program, args, { env = process.env, cwd = root } = {}) {
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8')
    stream.on('data', (text) => {
      output += text
    })
  }
  const stopListening = handOnSignals(child)
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: 127, output: error.message }))
    child.on('close', (code) => {
      stopListening()
      resolve({ code: code ?? 1, output })
    })
  })
}

let isStopped = false

/** True once a signal asked us to end: nothing new is to be started. */
export function wasStopped() {
  return isStopped
}

function handOnSignals(child) {
  const handOn = (signal) => {
    isStopped = true
    // A terminal sends the interrupt to the whole group: handing it on would deliver it twice.
    if (signal === 'SIGINT' && process.stdin.isTTY) return
    child.kill(signal)
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, handOn)
  const watch = watchParent(() => child.kill('SIGTERM'))
  return () => {
    for (const signal of signals) process.off(signal, handOn)
    clearInterval(watch)
  }
}

/** npm hands a signal on to the shell that it starts us in, and that shell ends without telling us. */
function watchParent(onGone) {
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    isStopped = true
    onGone()
  }, 500)
  return watch.unref()
}
