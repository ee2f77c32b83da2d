import { z } from 'zod'
import { datasetId } from './datasets.ts'

export const placeExamples = z.strictObject({
  snapshotId: z.int().min(1),
  part: z.enum(['validation', 'test']),
})

/** How many examples are looked at in one request. */
export const mostExamplesAsked = 100

export const datasetRows = datasetId.extend({
  indices: z.array(z.int().min(0)).min(1).max(mostExamplesAsked),
})

/** Which examples of the data set the rows of stored predictions are of. */
export type ExamplePlaces =
  | {
      readonly state: 'known'
      readonly datasetId: string
      readonly kind: 'image' | 'table'
      readonly name: string
      /** Class names, by label. */
      readonly classes: readonly string[]
      /** Example of the data set, counted from 0 with the training part first, of each row. */
      readonly examples: readonly number[]
      /** Height and width of an image in pixels; null for tables. */
      readonly size: readonly [number, number] | null
    }
  /** reason: one sentence. */
  | { readonly state: 'unknown'; readonly reason: string }
