/** Makes a function that runs at once when called, then at most once per `ms`, and once more after the last call. */
export function paced(fn: () => void, ms: number): { call: () => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isWanted = false
  function run(): void {
    isWanted = false
    timer = setTimeout(() => {
      timer = undefined
      if (isWanted) run()
    }, ms)
    fn()
  }
  return {
    call() {
      if (timer === undefined) run()
      else isWanted = true
    },
    stop() {
      clearTimeout(timer)
      timer = undefined
      isWanted = false
    },
  }
}
