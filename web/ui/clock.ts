import { createSubscriber } from 'svelte/reactivity'

const subscribe = createSubscriber((update) => {
  const timer = setInterval(update, 15_000)
  return () => clearInterval(timer)
})

/** Milliseconds since 1970; what shows it is drawn again a few times a minute, and nothing ticks while nothing does. */
export function now(): number {
  subscribe()
  return Date.now()
}
