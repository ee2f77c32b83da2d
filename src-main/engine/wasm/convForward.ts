import { z } from 'zod'
import * as tf from '../tf.ts'
import { findKernel, overrideKernel, ownTensor, tensor4d } from './override.ts'

const pair = z.tuple([z.number(), z.number()])
const sameAttrs = z.object({
  strides: z.union([z.number(), pair]),
  pad: z.literal('same'),
  dataFormat: z.literal('NHWC'),
  dilations: z.union([z.number(), pair]),
})

/**
 * Registers Conv2D and FusedConv2D for the wasm backend with their "same" padding spelt out. Where the stride is
 * longer than the filter, "same" needs less than no padding; XNNPACK refuses that and stock tfjs answers zeros.
 */
export function registerConvForward(): void {
  for (const name of ['Conv2D', 'FusedConv2D']) {
    const plain = findKernel(name)
    if (plain === undefined) throw new Error(`the wasm backend registered no ${name}`)
    overrideKernel(name, (inputs, attrs, stock) => {
      const same = sameAttrs.safeParse(attrs)
      if (!same.success) return stock()
      const { strides, pad, dilations } = same.data
      const filter = tensor4d(inputs, 'filter').shape
      const { padInfo } = tf.backend_util.computeConv2DInfo(
        tensor4d(inputs, 'x').shape,
        filter,
        strides,
        dilations,
        pad,
      )
      const padding = [
        [0, 0],
        [padInfo.top, padInfo.bottom],
        [padInfo.left, padInfo.right],
        [0, 0],
      ]
      return ownTensor(plain.kernelFunc({ inputs, attrs: { ...attrs, pad: padding }, backend: tf.backend() }))
    })
  }
}
