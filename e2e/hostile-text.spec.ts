import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { bash, edit, read, write } from '../scripts/demo/calls.ts'
import { expect, open, test } from './app.ts'
import { GrowingSession, emptyHome } from './homes.ts'

const IMAGE = '<img src=x onerror="globalThis.hit=1">'
const SCRIPT = '<script>globalThis.hit=1</script>'
const SVG = '<svg onload="globalThis.hit=1"><animate onbegin="globalThis.hit=1" attributeName="x"/></svg>'
const FRAME = '<iframe srcdoc="<script>parent.hit=1</script>"></iframe>'

const markdown = `
# Heading ${IMAGE}

[a link](javascript:globalThis.hit=1) and [another](data:text/html,${encodeURIComponent(SCRIPT)})

![a picture](http://evil.example/pixel.png)

${SVG}

${FRAME}

<form action="http://evil.example"><button>Send</button></form>
<a href="&#106;avascript:globalThis.hit=1">entity</a>
<style>body { display: none }</style>

\`\`\`html
${SCRIPT}
\`\`\`

| cell ${IMAGE} | b |
|---|---|
| <math><mtext></mtext><mglyph><style><!--</style><img title="--><img src=x onerror=globalThis.hit=1>"></mglyph></math> | c |
`

function record(session: GrowingSession): void {
  const s = session.recorder
  s.prompt(`A prompt with ${IMAGE} and ${SCRIPT} and ${SVG}`)
  s.title('custom-title', `A title with ${IMAGE} ${SCRIPT}`)
  const file = `src/${IMAGE.replaceAll('/', '')}.svg`
  s.turn({ think: `Thinking of ${IMAGE} ${SVG}`, say: markdown, do: [write(file, `${SVG}\n${SCRIPT}\n`)] })
  s.turn({ do: [edit(file, SCRIPT, `${SCRIPT}${SCRIPT}`), read(file)] })
  s.turn({
    do: [
      bash(`echo '${IMAGE}'`, `Print ${IMAGE}`, { output: `${IMAGE}\n\u001b[31m${SCRIPT}\u001b[0m` }),
      bash(`false '${SVG}'`, 'Fail', { exit: 1, output: `${SVG} ${FRAME}` }),
    ],
  })
  s.compact('manual', `A summary with ${IMAGE} ${markdown}`)
  s.queue(`A queued prompt with ${IMAGE}`)
  s.apiError(`An error with ${IMAGE}`)
  s.turn({ say: 'End.' })
}

/** What may never stand in the document, wherever the text came from. */
async function countLiveMarkup(page: Page): Promise<Record<string, number>> {
  return await page.evaluate(() => {
    const count = (selector: string): number => document.querySelectorAll(selector).length
    const handlers = [...document.querySelectorAll('*')].filter((element) =>
      element.getAttributeNames().some((name) => name.startsWith('on')),
    )
    return {
      handlers: handlers.length,
      scripts: count('script:not([src])'),
      frames: count('iframe, object, embed'),
      forms: count('form[action]'),
      hostileLinks: count('a[href^="javascript:" i], a[href^="data:" i]'),
      remoteImages: count('img[src^="http"], img[src="x"]'),
      styles: count('main style'),
      hits: 'hit' in globalThis ? 1 : 0,
    }
  })
}

test('whatever a session holds is shown as text and runs nothing', async ({ page, scratch, start }) => {
  const homeDir = emptyHome(join(scratch, 'home'))
  const session = new GrowingSession(homeDir, { seed: 'hostile', cwd: `/home/ada/${IMAGE.replaceAll('/', '')}` })
  record(session)
  session.write()
  session.writeRaw(
    `{"type":"${IMAGE}","uuid":"b9b9d2a5-0000-4000-a000-000000000001","text":"${SCRIPT}"}\n${IMAGE} no JSON\n`.replace(
      'onerror="globalThis.hit=1"',
      "onerror='globalThis.hit=1'",
    ),
  )
  const app = await start({ homeDir })
  await app.readAll()
  const foreign: string[] = []
  page.on('request', (request) => {
    if (!request.url().startsWith(app.origin) && !request.url().startsWith('data:')) foreign.push(request.url())
  })
  page.on('dialog', (dialog) => {
    foreign.push(`dialog ${dialog.message()}`)
    void dialog.dismiss()
  })
  const nothing = { handlers: 0, scripts: 0, frames: 0, forms: 0, hostileLinks: 0, remoteImages: 0, styles: 0, hits: 0 }

  await open(page, app)
  await expect(page.getByText(`A title with ${IMAGE}`).first()).toBeVisible()
  expect(await countLiveMarkup(page)).toEqual(nothing)

  await page.goto(`${app.origin}/sessions`)
  await expect(page.getByText(`A title with ${IMAGE}`).first()).toBeVisible()
  expect(await countLiveMarkup(page)).toEqual(nothing)

  await page.goto(`${app.origin}/sessions/${session.id}?at=0`)
  await expect(page.getByText(`A prompt with ${IMAGE}`).first()).toBeVisible()
  const slider = page.getByRole('slider', { name: 'Position in the session' })
  const last = Number(await slider.getAttribute('aria-valuemax'))
  for (let step = 1; step < last; step++) {
    await page.keyboard.press('ArrowRight')
    await expect(slider).toHaveAttribute('aria-valuenow', String(step + 1))
    expect(await countLiveMarkup(page), `step ${step + 1}`).toEqual(nothing)
  }
  for (let mode = 0; mode < 4; mode++) {
    await page.keyboard.press('d')
    await page.waitForTimeout(150)
    expect(await countLiveMarkup(page)).toEqual(nothing)
  }

  await page.goto(`${app.origin}/settings`)
  await expect(page.getByText('Claude Code').first()).toBeVisible()
  expect(await countLiveMarkup(page)).toEqual(nothing)
  expect(foreign).toEqual([])
})
