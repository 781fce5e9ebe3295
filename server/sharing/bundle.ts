import { z } from 'zod'

/** The first file of a bundle. */
export const MANIFEST = 'manifest.json'
/** Another one where something changed its meaning. */
export const BUNDLE_VERSION = 1

/** What a bundle says of itself. Its files lie below `home/`, as they lay below the home of who made it. */
export const BundleManifest = z.object({
  format: z.literal('lossless-bundle'),
  version: z.literal(BUNDLE_VERSION),
  generator: z.string().max(200),
  agent: z.string().max(100),
  sessionId: z.string().max(400),
  files: z
    .array(
      z.object({
        /** Below `home/`, with `/`. */
        path: z.string().min(1).max(2000),
        bytes: z.number().int().min(0),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .min(1),
})
export type BundleManifest = z.infer<typeof BundleManifest>
