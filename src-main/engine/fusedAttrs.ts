import { z } from 'zod'

/* What engine/fused.ts hands to the kernels of ours, as every engine of ours reads it. */

export const normAttrs = z.object({ epsilon: z.number(), relu: z.boolean() })
export const fixedNormAttrs = normAttrs.pick({ relu: true })
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

/** The numbers that the kernel of an optimizer is told last, from the attributes of its step. They change from step to step. */
const scalarsOfKernels = {
  sgdStep(attrs: unknown): number[] {
    const { lr, momentum, decay, keep, nesterov } = sgdAttrs.parse(attrs)
    return [lr, momentum, decay, keep, nesterov ? 1 : 0]
  },
  adamStep(attrs: unknown): number[] {
    const { stepSize, beta1, beta2, inverseRoot, epsilon, decay, keep } = adamAttrs.parse(attrs)
    return [stepSize, beta1, 1 - beta1, beta2, 1 - beta2, inverseRoot, epsilon, decay, keep]
  },
  rmspropStep(attrs: unknown): number[] {
    const { lr, alpha, momentum, epsilon, decay } = rmspropAttrs.parse(attrs)
    return [lr, alpha, 1 - alpha, momentum, epsilon, decay]
  },
} as const

export type OptimizerKernel = keyof typeof scalarsOfKernels

/** @returns undefined for a kernel of no optimizer */
export function stepScalars(kernel: OptimizerKernel): (attrs: unknown) => number[]
export function stepScalars(kernel: string): ((attrs: unknown) => number[]) | undefined
export function stepScalars(kernel: string): ((attrs: unknown) => number[]) | undefined {
  return isOptimizerKernel(kernel) ? scalarsOfKernels[kernel] : undefined
}

const isOptimizerKernel = (kernel: string): kernel is OptimizerKernel =>
  Object.hasOwn(scalarsOfKernels, kernel)
