import { z } from 'zod'

/* What engine/fused.ts hands to the kernels of the loss and the optimizers, as every engine of ours reads it. */

export const lossAttrs = z.object({ smoothing: z.number() })
export const sgdAttrs = z.object({
  lr: z.number(),
  momentum: z.number(),
  decay: z.number(),
  keep: z.number(),
  nesterov: z.boolean(),
})
export const adamAttrs = z.object({
  stepSize: z.number(),
  beta1: z.number(),
  beta2: z.number(),
  inverseRoot: z.number(),
  epsilon: z.number(),
  decay: z.number(),
  keep: z.number(),
})
export const rmspropAttrs = z.object({
  lr: z.number(),
  alpha: z.number(),
  momentum: z.number(),
  epsilon: z.number(),
  decay: z.number(),
})
