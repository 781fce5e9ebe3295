import { expect, test } from 'vitest'
import { createdText, readPrintedDiff, showsAfter } from './git-diff.ts'

const OUTPUT = `M src/a.ts
diff --git a/src/a.ts b/src/a.ts
index 83db48f..bf3a1c2 100644
--- a/src/a.ts
+++ b/src/a.ts
@@ -1,2 +1,3 @@
 one
+-- two
 three
@@ -9 +10 @@ class X {
-old
+new
diff --git a/new.txt b/new.txt
new file mode 100644
index 0000000..7898192
--- /dev/null
+++ b/new.txt
@@ -0,0 +1,2 @@
+a
+b
\\ No newline at end of file
diff --git a/gone.txt b/gone.txt
deleted file mode 100644
--- a/gone.txt
+++ /dev/null
@@ -1 +0,0 @@
-x
diff --git a/p.png b/p.png
Binary files a/p.png and b/p.png differ
`

test('finds each file with its hunks, among other lines', () => {
  const found = readPrintedDiff(OUTPUT)
  expect(found.map((diff) => [diff.name, diff.status])).toEqual([
    ['src/a.ts', 'changed'],
    ['new.txt', 'created'],
    ['gone.txt', 'deleted'],
  ])
  expect(found[0]?.hunks).toEqual([
    { oldStart: 1, oldLines: 2, newStart: 1, newLines: 3, lines: [' one', '+-- two', ' three'] },
    { oldStart: 9, oldLines: 1, newStart: 10, newLines: 1, lines: ['-old', '+new'] },
  ])
})

test('a new file is known whole, with or without its last line feed', () => {
  expect(createdText(readPrintedDiff(OUTPUT)[1]?.hunks ?? [])).toBe('a\nb')
})

test('empty lines that got lost at the end of the output are put back', () => {
  const text = 'diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,3 +1,3 @@\n-x\n+y'
  expect(readPrintedDiff(text)[0]?.hunks[0]?.lines).toEqual(['-x', '+y', ' ', ' '])
})

test('what was cut or renamed is left out', () => {
  const cut = 'diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,3 +1,3 @@\n-x\n... [9 lines cut]\n+y\n'
  const renamed =
    'diff --git a/a b/b\nsimilarity index 90%\nrename from a\nrename to b\n--- a/a\n+++ b/b\n@@ -1 +1 @@\n-x\n+y\n'
  expect(readPrintedDiff(cut)).toEqual([])
  expect(readPrintedDiff(renamed)).toEqual([])
  expect(readPrintedDiff('nothing here')).toEqual([])
})

test('a text fits when all new lines stand where they should', () => {
  const hunks = readPrintedDiff(OUTPUT)[0]?.hunks ?? []
  const lines = ['one', '-- two', 'three', '4', '5', '6', '7', '8', '9', 'new', '']
  expect(showsAfter(lines.join('\n'), hunks)).toBe(true)
  expect(showsAfter(lines.slice(1).join('\n'), hunks)).toBe(false)
})
