import { z } from 'zod'
import { predictions, scores, storedTensor } from './messages.ts'
import { deviceAdvice } from './probe.ts'
import { runSpec } from './spec.ts'

/** Asks for the model whose weights are the weighted mean of the members'. All members are models of `spec`. */
export const averageRequest = z.strictObject({
  spec: runSpec,
  datasetFolder: z.string(),
  devices: deviceAdvice.optional(),
  stepsPerEpoch: z.int().min(1),
  members: z.array(z.strictObject({ weight: z.number().positive(), tensors: z.array(storedTensor) })).min(1),
})
export type AverageRequest = z.infer<typeof averageRequest>

export const averageAnswer = z.strictObject({
  tensors: z.array(storedTensor),
  weightsSha256: z.string(),
  ...scores.shape,
  predictions: z.array(predictions),
})
export type AverageAnswer = z.infer<typeof averageAnswer>
