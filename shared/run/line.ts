import { z } from 'zod'
import { storedTensor } from './messages.ts'
import { deviceAdvice } from './probe.ts'
import { runSpec } from './spec.ts'

/** Asks for the loss of models of `spec` whose weights are mixtures of others': the places of lines between them. */
export const lineRequest = z.strictObject({
  spec: runSpec,
  datasetFolder: z.string(),
  devices: deviceAdvice.optional(),
  stepsPerEpoch: z.int().min(1),
  models: z.array(z.array(storedTensor)).min(1),
  /** Each one share a model, summing to 1, in the order in which they are measured. A share of 1 is that model to the bit. */
  mixtures: z.array(z.array(z.number().nonnegative())).min(1),
})
export type LineRequest = z.infer<typeof lineRequest>

/** One mixture, on validation data. */
export const lineTold = z.strictObject({
  /** Its place in the request. */
  mixture: z.int().min(0),
  /** Cross-entropy of each example, in nats. */
  losses: z.instanceof(Float64Array),
  /** In 0..1. */
  accuracy: z.number(),
  /** Whether the statistics of batch normalisation were measured anew; else they are those that were stored. */
  recomputed: z.boolean(),
})
export type LineTold = z.infer<typeof lineTold>

export const lineAnswer = z.strictObject({ examples: z.int() })
export type LineAnswer = z.infer<typeof lineAnswer>

/** "0.0443 nats below". @param height in nats, above what it is measured from */
export const nats = (height: number, written: (loss: number) => string): string =>
  `${written(Math.abs(height))} nats ${height < 0 ? 'below' : 'above'}`
