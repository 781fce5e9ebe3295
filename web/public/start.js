// Runs before the first paint: the page must not flash in the other theme.
;(function () {
  var choice = null
  try {
    choice = localStorage.getItem('lossless.theme')
  } catch {
    // Storage can be switched off; then the system decides.
  }
  var isDark = choice ? choice === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light'
  // The content security policy forbids making code from text; zod would try it.
  globalThis.__zod_globalConfig = { jitless: true }
})()
