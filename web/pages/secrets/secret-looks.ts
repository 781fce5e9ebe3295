import type { SecretSeverity, SecretState, SecretTier } from '../../../server/contract/secrets.ts'

/** How grave a secret is, as a chip shows it. */
export const severityTones: Record<SecretSeverity, 'error' | 'warning' | 'accent' | 'neutral'> = {
  critical: 'error',
  high: 'warning',
  medium: 'accent',
  low: 'neutral',
}

export const severityWords: Record<SecretSeverity, string> = {
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
}

export const stateWords: Record<SecretState, string> = {
  open: 'Open',
  ignored: 'Ignored',
  redacted: 'Redacted',
  rotated: 'Rotated',
}

/** What a tier means, as a sentence for who wants to know. */
export const tierWords: Record<SecretTier, string> = {
  definite: 'It has a published format, or a checksum that holds.',
  likely: 'It is a random value beside the name of a secret.',
  candidate: 'It looks like a secret of somebody unknown. It is not masked.',
}
