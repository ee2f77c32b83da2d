import { z } from 'zod'
import { schedulePlan } from './messages.ts'
import { deviceAdvice } from './probe.ts'
import { runSpec } from './spec.ts'

/** Asks a process of its own how long a step and an evaluation of a run take on this machine. */
export const measureRequest = z.strictObject({
  spec: runSpec,
  datasetFolder: z.string(),
  devices: deviceAdvice.optional(),
  plan: schedulePlan,
})
export type MeasureRequest = z.infer<typeof measureRequest>

export const measureAnswer = z.strictObject({
  device: z.string(),
  secondsPerStep: z.number().min(0),
  /** Of validation and test; null where the run keeps neither. */
  secondsPerEvaluation: z.number().min(0).nullable(),
})
export type MeasureAnswer = z.infer<typeof measureAnswer>
