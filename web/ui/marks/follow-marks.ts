import { listSecrets } from '../../../server/contract/secrets.ts'
import { call } from '../../api/call.ts'
import { pathOf } from '../../routes.ts'
import type { AppState } from '../../state/app.ts'

/** Lets each mark of a secret open that secret, by pointer and by keyboard; returns the function that ends it. */
export function followMarks({ router }: Pick<AppState, 'router'>): () => void {
  const open = (event: MouseEvent | KeyboardEvent) => {
    const tag = tagAt(event)
    if (tag === undefined) return
    event.preventDefault()
    event.stopPropagation()
    void targetOf(tag).then((target) => router.navigate(target))
  }
  const click = (event: MouseEvent) => {
    if (event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey) open(event)
  }
  const keydown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.isComposing) open(event)
  }
  // Before others: in code and in steps a click or Enter means something else.
  document.addEventListener('click', click, true)
  document.addEventListener('keydown', keydown, true)
  return () => {
    document.removeEventListener('click', click, true)
    document.removeEventListener('keydown', keydown, true)
  }
}

function tagAt({ target }: Event): string | undefined {
  const element = target instanceof Element ? target.closest<HTMLElement>('[data-secret-tag]') : null
  return element?.dataset['secretTag']
}

/** One that is not known any more leads to the list, which says so. */
async function targetOf(tag: string): Promise<string> {
  const list = `${pathOf({ page: 'secrets', secretId: null })}?q=${tag}`
  try {
    const { items } = await call(listSecrets, { query: { q: tag, limit: 20 } })
    const found = items.find(({ placeholder }) => placeholder.endsWith(`:${tag}]`))
    return found ? pathOf({ page: 'secrets', secretId: found.id }) : list
  } catch {
    return list
  }
}
