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

export const averageReply = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('averaged'),
    tensors: z.array(storedTensor),
    weightsSha256: z.string(),
    ...scores.shape,
    predictions: z.array(predictions),
  }),
  z.strictObject({ type: z.literal('failed'), reason: z.string() }),
])
export type AverageReply = z.infer<typeof averageReply>
