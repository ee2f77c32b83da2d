import { z } from 'zod'
import { storedTensor } from './messages.ts'
import { deviceAdvice } from './probe.ts'
import { runSpec } from './spec.ts'

/** Asks for the loss on the straight line between two models of `spec`: weights (1 − λ)·from + λ·to. */
export const lineRequest = z.strictObject({
  spec: runSpec,
  datasetFolder: z.string(),
  devices: deviceAdvice.optional(),
  stepsPerEpoch: z.int().min(1),
  from: z.array(storedTensor),
  to: z.array(storedTensor),
  /** Values of λ, in the order in which they are measured. */
  at: z.array(z.number()).min(1),
})
export type LineRequest = z.infer<typeof lineRequest>

/** One place of the line, on validation data. */
export const lineTold = z.strictObject({
  at: z.number(),
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
