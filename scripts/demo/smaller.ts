import { bash, edit, read, write } from './calls.ts'
import type { Recorder } from './recorder.ts'

/** The files of an invented web site. */
export const recipesFiles: Record<string, string> = {
  'index.html': `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>What we cook</title>
    <link rel="stylesheet" href="style.css" />
  </head>
  <body>
    <h1>What we cook</h1>
    <div class="list">
      <div onclick="open('soup')">Fish soup</div>
      <div onclick="open('bread')">Rye bread</div>
    </div>
  </body>
</html>
`,
  'style.css': `body {
  font: 16px/1.5 Georgia, serif;
  color: #999;
}

.list div {
  cursor: pointer;
}
`,
}

/** A small page is made usable by keyboard; the person compacts by hand in the middle. */
export function recordAccessiblePage(s: Recorder): void {
  s.prompt('My father cannot use this page with his screen reader. Make it right, without a framework.')
  s.title('custom-title', 'Recipes for everyone')
  s.turn({ do: [read('index.html'), read('style.css')] })
  s.turn({
    think:
      'Clickable divs are no links: no focus, no role. Grey #999 on white is 2.8:1. No main landmark, no lang problem.',
    say: 'Three things keep him out: the entries are `div`s with a click, so they cannot be reached by keyboard; the text is grey at a contrast of 2.8 : 1; and there is no landmark to jump to.',
    do: [
      edit(
        'index.html',
        `    <div class="list">
      <div onclick="open('soup')">Fish soup</div>
      <div onclick="open('bread')">Rye bread</div>
    </div>
`,
        `    <main>
      <ul class="list">
        <li><a href="soup.html">Fish soup</a></li>
        <li><a href="bread.html">Rye bread</a></li>
      </ul>
    </main>
`,
      ),
      edit('style.css', '  color: #999;\n', '  color: #2b2b2b;\n'),
      edit(
        'style.css',
        '.list div {\n  cursor: pointer;\n}\n',
        '.list a:focus-visible {\n  outline: 2px solid #0b57d0;\n  outline-offset: 2px;\n}\n',
      ),
    ],
  })
  s.end()
  s.compact(
    'manual',
    'The recipe page got real links, a main landmark and dark text. Left to do: the two recipe pages themselves.',
  )
  s.prompt(
    'Now the two recipe pages, they do not exist yet. Headings, ingredients as a list, steps as a numbered list.',
  )
  const page = (title: string, things: string[], steps: string[]): string =>
    [
      '<!doctype html>',
      '<html lang="en">',
      '  <head>',
      '    <meta charset="utf-8" />',
      `    <title>${title}</title>`,
      '    <link rel="stylesheet" href="style.css" />',
      '  </head>',
      '  <body>',
      '    <main>',
      `      <h1>${title}</h1>`,
      '      <h2>You need</h2>',
      '      <ul>',
      ...things.map((thing) => `        <li>${thing}</li>`),
      '      </ul>',
      '      <h2>How</h2>',
      '      <ol>',
      ...steps.map((step) => `        <li>${step}</li>`),
      '      </ol>',
      '      <p><a href="index.html">All recipes</a></p>',
      '    </main>',
      '  </body>',
      '</html>',
      '',
    ].join('\n')
  s.turn({
    do: [
      write(
        'soup.html',
        page(
          'Fish soup',
          ['600 g of haddock', '4 potatoes', 'half a litre of milk', 'dill'],
          [
            'Cook the potatoes in salted water.',
            'Add milk and fish, keep below boiling for 8 minutes.',
            'Dill on top.',
          ],
        ),
      ),
      write(
        'bread.html',
        page(
          'Rye bread',
          ['500 g of rye flour', '350 g of water', '100 g of sourdough', '10 g of salt'],
          ['Mix, and leave for twelve hours.', 'Shape, and leave for one more.', 'Bake for an hour at 220 °C.'],
        ),
      ),
    ],
  })
  s.turn({ do: [bash('npx html-validate *.html', 'Validate the pages', { output: '' })] })
  s.turn({
    say: 'Both pages exist, valid, with one heading order and lists that a screen reader announces with their length.',
  })
  s.end()
}

/** The files of an invented command line program. */
export const ferryFiles: Record<string, string> = {
  'go.mod': 'module example.org/ferry\n\ngo 1.25\n',
  'main.go': `package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Println("usage: ferry <stop>")
		os.Exit(2)
	}
	for _, departure := range next(os.Args[1], 3) {
		fmt.Println(departure)
	}
}
`,
  'timetable.go': `package main

import "sort"

var departures = map[string][]string{
	"Sandwick": {"06:40", "09:15", "9:50", "13:05", "17:30"},
	"Holm":     {"07:20", "10:00", "13:45", "18:10"},
}

// next returns the first n departures of a stop.
func next(stop string, n int) []string {
	all := departures[stop]
	sort.Strings(all)
	return all[:n]
}
`,
}

/** A short fix with a panic in it. */
export function recordTimetable(s: Recorder): void {
  s.prompt('`ferry Sandwick` shows 9:50 last and `ferry Nowhere` crashes. Fix both.')
  s.title('ai-title', 'Sort departures, unknown stops')
  s.turn({ do: [read('timetable.go'), read('main.go')] })
  s.turn({
    do: [
      bash('go run . Nowhere', 'See the crash', {
        exit: 2,
        output:
          'panic: runtime error: slice bounds out of range [:3] with capacity 0\n\ngoroutine 1 [running]:\nmain.next({0x7ffd3c, 0x7}, 0x3)\n\t/home/ada/code/ferry/timetable.go:14 +0x9c\nexit status 2',
      }),
    ],
  })
  s.turn({
    do: [
      edit('timetable.go', '"9:50"', '"09:50"'),
      edit(
        'timetable.go',
        '// next returns the first n departures of a stop.\nfunc next(stop string, n int) []string {\n\tall := departures[stop]\n\tsort.Strings(all)\n\treturn all[:n]\n}\n',
        '// next returns up to n departures of a stop, and whether there is such a stop.\nfunc next(stop string, n int) ([]string, bool) {\n\tall, found := departures[stop]\n\tsort.Strings(all)\n\treturn all[:min(n, len(all))], found\n}\n',
      ),
      edit(
        'main.go',
        '\tfor _, departure := range next(os.Args[1], 3) {\n',
        '\tcoming, found := next(os.Args[1], 3)\n\tif !found {\n\t\tfmt.Fprintf(os.Stderr, "ferry: there is no stop %q\\n", os.Args[1])\n\t\tos.Exit(1)\n\t}\n\tfor _, departure := range coming {\n',
      ),
    ],
  })
  s.turn({
    do: [
      bash('go vet ./... && go run . Sandwick', 'Check and run', { output: '06:40\n09:15\n09:50' }),
      bash('go run . Nowhere', 'Unknown stop', { exit: 1, output: 'ferry: there is no stop "Nowhere"\nexit status 1' }),
    ],
  })
  s.turn({
    say: 'Both are fixed. The time was written as `9:50`, which sorts after `17:30` as text; an unknown stop now gets a message and exit code 1.',
  })
  s.end()
}

/** The last session of the demo: only a question. */
export function recordQuestion(s: Recorder): void {
  s.prompt('What does min(n, len(all)) need from the Go version?')
  s.turn({ say: '`min` is a builtin since **Go 1.21**. `go.mod` says 1.25, so it is there.' })
  s.end()
}
