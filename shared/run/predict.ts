import { z } from 'zod'
import { storedTensor } from './messages.ts'
import { deviceAdvice } from './probe.ts'
import { modelSpec, runSpec } from './spec.ts'

/*
 * What stored models say of examples that a user brings: files of images, or rows of a table. The examples are prepared as
 * those of the training were: same size, channels and scale, normalised by the numbers that belong to each snapshot.
 */

/** What the models take, as the data set that they were trained on describes itself. */
export const predictInput = z.strictObject({
  kind: z.enum(['image', 'table']),
  /** Of one example: [height, width, channels], or [features]. */
  shape: z.array(z.int().min(1)).min(1).max(3),
  dtype: z.enum(['uint8', 'uint16', 'float32', 'float64']),
  classes: z.int().min(2),
  /** Names of the features of a table. */
  columns: z.array(z.string()).optional(),
})
export type PredictInput = z.infer<typeof predictInput>

const predictMember = z.strictObject({
  spec: modelSpec,
  /** Share of the ensemble. */
  weight: z.number().min(0),
  tensors: z.array(storedTensor),
  normalisation: z.strictObject({ mean: z.array(z.number()), std: z.array(z.number()) }),
})

export const predictSource = z.discriminatedUnion('type', [
  /** A file, or a folder with all files in it and its folders. */
  z.strictObject({ type: z.literal('path'), path: z.string(), delimiter: z.string().length(1).optional() }),
  /** Files under names that their user knows. */
  z.strictObject({
    type: z.literal('files'),
    files: z.array(z.strictObject({ path: z.string(), name: z.string() })),
  }),
])
export type PredictSource = z.infer<typeof predictSource>

export const predictRequest = z.strictObject({
  device: runSpec.shape.device,
  devices: deviceAdvice.optional(),
  input: predictInput,
  members: z.array(predictMember).min(1),
  method: z.enum(['average', 'logitAverage', 'weighted']),
  source: predictSource,
})
export type PredictRequest = z.infer<typeof predictRequest>

/** An example that could not be read, and why in words. */
const unusable = z.strictObject({ name: z.string(), why: z.string() })

/** A batch that is done, in the order of the source. */
export const predictTold = z.strictObject({
  rows: z.array(
    z.strictObject({
      /** The path in the folder that was asked for, or the line of the table. */
      name: z.string(),
      /** What was changed to make it fit: resized, made grey. Null where nothing was. */
      note: z.string().nullable(),
    }),
  ),
  /** [rows, classes], row-major. */
  probs: z.instanceof(Float64Array),
  unusable: z.array(unusable),
  /** Of the source: files, or bytes of a table. */
  done: z.int(),
  total: z.int(),
})
export type PredictTold = z.infer<typeof predictTold>

export const predictAnswer = z.strictObject({
  rows: z.int(),
  unusable: z.int(),
  /** What holds of the whole source, a sentence each. */
  notes: z.array(z.string()),
})
export type PredictAnswer = z.infer<typeof predictAnswer>
