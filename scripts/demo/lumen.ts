import { bash, edit, look, read, refused, write } from './calls.ts'
import { rainPicture } from './pictures.ts'
import type { Recorder } from './recorder.ts'

/** The files of an invented plotting tool before its first session. */
export const lumenFiles: Record<string, string> = {
  'pyproject.toml': `[project]
name = "lumen"
version = "0.3.0"
requires-python = ">=3.12"
dependencies = ["pillow"]

[project.scripts]
lumen = "lumen.cli:main"
`,
  'lumen/__init__.py': '',
  'lumen/chart.py': `from PIL import Image, ImageDraw

WIDTH, HEIGHT, LEFT, BOTTOM = 260, 140, 20, 18


def bars(values, path):
    """Draws one bar per value."""
    image = Image.new("RGB", (WIDTH, HEIGHT), "#fafaf8")
    draw = ImageDraw.Draw(image)
    top = max(values)
    for i, value in enumerate(values):
        height = value / top * (HEIGHT - 10)
        x = LEFT + 6 + i * 19
        draw.rectangle([x, HEIGHT - height, x + 13, HEIGHT], fill="#2f6f8f")
    draw.line([LEFT, HEIGHT - BOTTOM, WIDTH - 10, HEIGHT - BOTTOM], fill="#404850")
    image.save(path)
`,
}

const reader = `import csv


def read_column(path, name):
    """Returns one column as numbers."""
    with open(path, newline="") as file:
        return [float(row[name]) for row in csv.DictReader(file)]
`

/** A small program grows a reader; a picture shows a mistake that no test did. */
export function recordRainChart(s: Recorder): void {
  s.prompt(
    'Let lumen read a CSV (first row names, semicolons or commas, decimal commas happen) and draw one column as bars. data/rain.csv is an example.',
  )
  s.title('ai-title', 'Bars from a CSV column')
  s.turn({
    do: [
      read('lumen/chart.py'),
      read('pyproject.toml'),
      bash('head -4 data/rain.csv; file data/rain.csv', 'Look at the example', {
        output: 'month;rain_mm\nJan;62,5\nFeb;48,0\nMar;55,2\ndata/rain.csv: UTF-8 Unicode (with BOM) text',
      }),
    ],
  })
  s.turn({
    think: 'Semicolons, decimal commas and a BOM. csv.Sniffer is unreliable on short files; look at the first row.',
    do: [write('lumen/table.py', reader)],
  })
  s.turn({
    do: [
      write(
        'tests/test_table.py',
        `import pytest

from lumen.table import read_column


@pytest.mark.parametrize(
    "text",
    ["month,rain\\nJan,62.5\\nFeb,48\\n", "month;rain\\nJan;62,5\\nFeb;48\\n", "\\ufeffmonth;rain\\nJan;62,5\\nFeb;48\\n"],
)
def test_reads_numbers(tmp_path, text):
    file = tmp_path / "table.csv"
    file.write_text(text, encoding="utf-8")
    assert read_column(file, "rain") == [62.5, 48.0]


def test_names_the_columns_that_exist(tmp_path):
    file = tmp_path / "table.csv"
    file.write_text("month,rain\\nJan,1\\n")
    with pytest.raises(KeyError, match="month, rain"):
        read_column(file, "snow")
`,
      ),
    ],
  })
  s.turn({
    do: [
      bash('python -m pytest -q', 'Run the tests', {
        exit: 1,
        output:
          ".FFF                                                    [100%]\nFAILED tests/test_table.py::test_reads_numbers[month;rain] - KeyError: 'rain'\nFAILED tests/test_table.py::test_reads_numbers[\\ufeffmonth;rain] - KeyError: 'rain'\nFAILED tests/test_table.py::test_names_the_columns_that_exist - AssertionError: Regex pattern did not match\n3 failed, 1 passed in 0.08s",
      }),
    ],
  })
  s.turn({
    do: [
      edit(
        'lumen/table.py',
        `    with open(path, newline="") as file:
        return [float(row[name]) for row in csv.DictReader(file)]
`,
        `    with open(path, newline="", encoding="utf-8-sig") as file:
        first = file.readline()
        file.seek(0)
        delimiter = ";" if ";" in first else ","
        rows = csv.DictReader(file, delimiter=delimiter)
        if name not in (rows.fieldnames or []):
            raise KeyError(f"no column {name}; there are {', '.join(rows.fieldnames or [])}")
        return [number(row[name]) for row in rows]


def number(text):
    """A decimal comma counts as a point."""
    return float(text.replace(",", "."))
`,
      ),
    ],
  })
  s.turn({
    do: [
      bash('python -m pytest -q', 'Run the tests', {
        output: '....                                                    [100%]\n4 passed in 0.05s',
      }),
    ],
  })
  s.turn({
    do: [
      write(
        'lumen/cli.py',
        `import argparse

from lumen.chart import bars
from lumen.table import read_column


def main():
    parser = argparse.ArgumentParser(prog="lumen")
    parser.add_argument("table")
    parser.add_argument("column")
    parser.add_argument("-o", "--output", default="chart.png")
    options = parser.parse_args()
    bars(read_column(options.table, options.column), options.output)


if __name__ == "__main__":
    main()
`,
      ),
    ],
  })
  const before = rainPicture('overlapping')
  s.turn({ do: [bash('python -m lumen.cli data/rain.csv rain_mm -o /tmp/rain.png', 'Draw the example')] })
  s.turn({ say: 'Let me look at it.', do: [look('/tmp/rain.png', before.png, before)] })
  s.turn({
    say: 'The bars run through the axis: they start at the bottom of the picture, not at the axis.',
    do: [
      edit(
        'lumen/chart.py',
        '        height = value / top * (HEIGHT - 10)\n',
        '        height = value / top * (HEIGHT - BOTTOM - 10)\n',
      ),
      edit(
        'lumen/chart.py',
        'draw.rectangle([x, HEIGHT - height, x + 13, HEIGHT], fill="#2f6f8f")',
        'draw.rectangle([x, HEIGHT - BOTTOM - height, x + 13, HEIGHT - BOTTOM], fill="#2f6f8f")',
      ),
    ],
  })
  const after = rainPicture('clear')
  s.turn({ do: [bash('python -m lumen.cli data/rain.csv rain_mm -o /tmp/rain.png', 'Draw it again')] })
  s.turn({ do: [look('/tmp/rain.png', after.png, after)] })
  s.turn({
    say: 'Now the bars stand on the axis. `lumen data/rain.csv rain_mm -o rain.png` draws the example; November is the highest but one, as in the table.',
  })
  s.end()
}

/** A session that goes wrong: an overloaded service, a refused command, an interrupted answer. */
export function recordRename(s: Recorder): void {
  s.prompt('Rename lumen.table to lumen.tables everywhere.')
  s.turn({
    do: [
      bash('grep -rn "lumen.table" --include=*.py .', 'Find uses', {
        output:
          './lumen/cli.py:4:from lumen.table import read_column\n./tests/test_table.py:3:from lumen.table import read_column',
      }),
    ],
  })
  s.apiError('Overloaded')
  s.turn({
    after: 9,
    do: [
      refused(
        bash(
          'git mv lumen/table.py lumen/tables.py && sed -i "s/lumen.table/lumen.tables/" lumen/cli.py tests/test_table.py',
          'Rename',
        ),
      ),
    ],
  })
  s.prompt('No sed, use edits, and keep the name of the test file.')
  const table = s.disk.get('/home/ada/code/lumen/lumen/table.py') ?? ''
  s.turn({
    do: [
      bash('git mv lumen/table.py lumen/tables.py', 'Move the module', {
        files: { 'lumen/table.py': null, 'lumen/tables.py': table },
      }),
      edit('lumen/cli.py', 'from lumen.table import read_column', 'from lumen.tables import read_column'),
      edit('tests/test_table.py', 'from lumen.table import read_column', 'from lumen.tables import read_column'),
    ],
  })
  s.turn({ say: 'Renamed in' })
  s.interrupt()
}
