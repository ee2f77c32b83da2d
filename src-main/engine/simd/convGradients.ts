import { z } from 'zod'
import * as tf from '../tf.ts'

/*
 * tfjs refuses the gradients of dilated convolutions. Our kernels take dilations, so on this backend they are handed on;
 * elsewhere, and without dilation, tfjs's own gradients stay.
 */

const dilationsOf = z.object({ dilations: z.union([z.number(), z.array(z.number())]) })

function isDilated(attrs: tf.NamedAttrMap): boolean {
  const { data } = dilationsOf.safeParse(attrs)
  return data !== undefined && [data.dilations].flat().some((dilation) => dilation > 1)
}

/** Kernels of the gradients, by the kernel whose gradient they are. */
const kernels = {
  Conv2D: ['Conv2DBackpropInput', 'Conv2DBackpropFilter'],
  Conv3D: ['Conv3DBackpropInputV2', 'Conv3DBackpropFilterV2'],
  DepthwiseConv2dNative: ['DepthwiseConv2dNativeBackpropInput', 'DepthwiseConv2dNativeBackpropFilter'],
} as const

export function addDilatedGradients(): void {
  for (const [name, [ofInput, ofFilter]] of Object.entries(kernels)) {
    const stock = tf.getGradient(name)
    tf.unregisterGradient(name)
    tf.registerGradient({
      ...stock,
      gradFunc: (dy, saved, attrs) => {
        const [x, filter] = saved
        const ours = tf.getBackend() === 'simd' && isDilated(attrs)
        if (!ours || x === undefined || filter === undefined || Array.isArray(dy))
          return stock.gradFunc(dy, saved, attrs)
        const engine = tf.engine()
        return {
          x: () => engine.runKernel<tf.Tensor>(ofInput, { dy, filter }, { ...attrs, inputShape: x.shape }),
          filter: () =>
            engine.runKernel<tf.Tensor>(ofFilter, { x, dy }, { ...attrs, filterShape: filter.shape }),
        }
      },
    })
  }
}
