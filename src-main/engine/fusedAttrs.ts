import { z } from 'zod'

/* What engine/fused.ts hands to the kernels of ours, as every engine of ours reads it. */

export const normAttrs = z.object({ epsilon: z.number(), relu: z.boolean() })
export const normGradientAttrs = z.object({ hasResidual: z.boolean() })
/** How x is read: [outer, places, groups, width]; see `layerNorm` of engine/fused.ts. */
export const groupNormAttrs = z.object({
  epsilon: z.number(),
  outer: z.int(),
  places: z.int(),
  groups: z.int(),
})
const noiseAttrs = z.object({ shape: z.array(z.int()), seed: z.number(), purpose: z.string(), step: z.int() })
export const maskAttrs = noiseAttrs.extend({ rate: z.number() })
export const normalsAttrs = noiseAttrs.extend({ mean: z.number(), deviation: z.number() })
export const moveAttrs = z.object({ rate: z.number(), correction: z.number() })
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
