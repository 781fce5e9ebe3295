import type { Format } from './formats/format.ts'

const SEEN: Record<string, string> = { gl: 'gitleaks', bl: 'Betterleaks', ti: 'titus' }

/** The table of all formats for the documentation, in Markdown. */
export function formatsTable(formats: readonly Format[]): string {
  const rows = formats.map((format) => {
    const templates = format.templates.map((template) => `\`${template}\``).join('<br>')
    const seen =
      format.seen === ''
        ? 'documentation'
        : format.seen
            .split(' ')
            .map((one) => SEEN[one] ?? one)
            .join(', ')
    const cells = [format.id, format.provider, templates, format.class, format.name, format.note, seen]
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  })
  return [
    '# Formats',
    '',
    'Made from `formats/*.ts`: `node bench/secrets.ts --table > server/redaction/formats.md`. `{alphabet:n}` is a run of `n`',
    'characters. Class: `token` is known by itself, `context` by the name beside it, `url` is a secret as a whole. Lengths without',
    'a source other than documentation are approximate.',
    '',
    '| id | provider | format | class | usual name | structure | seen in |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}
