import type { HookFeature, HookState } from '../../../server/contract/hooks.ts'

type Feature = HookState['features'][number]

/** The features that stand in the agent's settings now, whole or outdated. */
export function installedFeatures(features: readonly Feature[]): HookFeature[] {
  return features.filter(({ state }) => state === 'installed' || state === 'outdated').map(({ feature }) => feature)
}

/** What shall be installed when one more is, the others left as they are. */
export function withFeature(features: readonly Feature[], added: HookFeature): HookFeature[] {
  return [...installedFeatures(features).filter((feature) => feature !== added), added]
}

/** What shall be installed when one goes, the others left as they are. */
export function withoutFeature(features: readonly Feature[], gone: HookFeature): HookFeature[] {
  return installedFeatures(features).filter((feature) => feature !== gone)
}

/** What the button beside a feature does; undefined where nothing can be done. */
export function hookAction({ state }: Pick<Feature, 'state'>): 'install' | 'update' | 'remove' | undefined {
  switch (state) {
    case 'absent':
      return 'install'
    case 'outdated':
      return 'update'
    case 'installed':
      return 'remove'
    case 'foreign':
    case 'unsupported':
      return undefined
  }
}

/** True when a guard stands in the settings of one of these agents. */
export function hasGuard(hooks: readonly Pick<HookState, 'features'>[]): boolean {
  return hooks.some(({ features }) => installedFeatures(features).some((feature) => feature.startsWith('guard')))
}
