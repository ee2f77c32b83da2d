import { z } from 'zod'
import * as tf from './tf.ts'

/* What tfjs hands to the kernels of a convolution's gradients, checked, and the geometry that follows from it. */

const shape4d = z.tuple([z.number(), z.number(), z.number(), z.number()])
const pair = z.union([z.number(), z.tuple([z.number(), z.number()])])
const explicitPadding = z.tuple([
  z.tuple([z.number(), z.number()]),
  z.tuple([z.number(), z.number()]),
  z.tuple([z.number(), z.number()]),
  z.tuple([z.number(), z.number()]),
])
const convAttrs = {
  strides: pair,
  pad: z.union([z.enum(['same', 'valid']), z.number(), explicitPadding]),
  dataFormat: z.literal('NHWC'),
  dimRoundingMode: z.enum(['floor', 'round', 'ceil']).nullish(),
}
export const filterAttrs = z.object({ ...convAttrs, filterShape: shape4d })
/** Without dilation: a kernel of ours leaves the others to the one it replaces. */
export const forwardAttrs = z.object({
  ...convAttrs,
  dilations: z.union([z.literal(1), z.tuple([z.literal(1), z.literal(1)])]).nullish(),
})
export const inputAttrs = z.object({ ...convAttrs, inputShape: shape4d })

export type Shape4D = [number, number, number, number]
export type ConvInfo = tf.backend_util.Conv2DInfo

export function convGeometry(
  input: Shape4D,
  filter: Shape4D,
  attrs: Pick<z.infer<typeof filterAttrs>, keyof typeof convAttrs>,
): ConvInfo {
  const { strides, pad, dimRoundingMode } = attrs
  return tf.backend_util.computeConv2DInfo(input, filter, strides, 1, pad, dimRoundingMode ?? undefined)
}
