import { z } from 'zod'
import * as tf from './tf.ts'

/*
 * tfjs refuses the gradients of dilated convolutions. A dilated filter is a larger one with zeros between its taps, whose
 * gradients every backend has:
 *
 *   taps a b c, two apart ─► filter a 0 b 0 c ─► gradient of the input; its own gradient ─► every second number
 *
 * The kernels of simd take dilations instead, and are handed these.
 */

const dilationsOf = z.object({ dilations: z.union([z.number(), z.array(z.number())]) })

/** Kernels of the gradients, by the kernel whose gradient they are. */
const kernels = {
  Conv2D: ['Conv2DBackpropInput', 'Conv2DBackpropFilter'],
  Conv3D: ['Conv3DBackpropInputV2', 'Conv3DBackpropFilterV2'],
  DepthwiseConv2dNative: ['DepthwiseConv2dNativeBackpropInput', 'DepthwiseConv2dNativeBackpropFilter'],
} as const

let added = false

/** From here on they are there. Doing it twice changes nothing. */
export function addDilatedGradients(): void {
  if (added) return
  added = true
  for (const [name, [ofInput, ofFilter]] of Object.entries(kernels)) {
    const stock = tf.getGradient(name)
    tf.unregisterGradient(name)
    tf.registerGradient({
      ...stock,
      gradFunc: (dy, saved, attrs) => {
        const [x, filter] = saved
        const { data } = dilationsOf.safeParse(attrs)
        const given = [data?.dilations ?? 1].flat()
        const plain = given.every((rate) => rate === 1)
        if (plain || x === undefined || filter === undefined || Array.isArray(dy)) {
          return stock.gradFunc(dy, saved, attrs)
        }
        const run = (kernel: string, inputs: Record<string, tf.Tensor>, more: object) =>
          tf.engine().runKernel<tf.Tensor>(kernel, inputs, { ...attrs, ...more })
        if (tf.getBackend() === 'simd') {
          return {
            x: () => run(ofInput, { dy, filter }, { inputShape: x.shape }),
            filter: () => run(ofFilter, { x, dy }, { filterShape: filter.shape }),
          }
        }
        const rates = filter.shape.slice(0, -2).map((_, axis) => given[axis] ?? given[0] ?? 1)
        const own = { dilations: rates.map(() => 1) }
        const wide = () => rates.reduce((taps, rate, axis) => spread(taps, axis, rate), filter)
        return {
          x: () => run(ofInput, { dy, filter: wide() }, { ...own, inputShape: x.shape }),
          filter: () => {
            const filterShape = filter.shape.map((size, axis) => (size - 1) * (rates[axis] ?? 1) + 1)
            const gradient = run(ofFilter, { x, dy }, { ...own, filterShape })
            return rates.reduce((taps, rate, axis) => gather(taps, axis, rate), gradient)
          },
        }
      },
    })
  }
}

const before = (shape: readonly number[], axis: number) => tf.util.sizeFromShape(shape.slice(0, axis))

/** `rate` - 1 zeros between neighbours of one axis. */
function spread(taps: tf.Tensor, axis: number, rate: number): tf.Tensor {
  const { shape } = taps
  const size = shape[axis] ?? 1
  const outer = before(shape, axis)
  const apart = tf.pad(tf.reshape<tf.Rank.R3>(taps, [outer * size, 1, -1]), [
    [0, 0],
    [0, rate - 1],
    [0, 0],
  ])
  const rows = tf.reshape<tf.Rank.R3>(apart, [outer, size * rate, -1])
  const wide = (size - 1) * rate + 1
  return tf.reshape(tf.slice(rows, [0, 0, 0], [-1, wide, -1]), shape.with(axis, wide))
}

/** Every `rate`-th number of one axis: what `spread` has spread. */
function gather(wide: tf.Tensor, axis: number, rate: number): tf.Tensor {
  const { shape } = wide
  const size = ((shape[axis] ?? 1) - 1) / rate + 1
  const outer = before(shape, axis)
  const rows = tf.pad(tf.reshape<tf.Rank.R3>(wide, [outer, shape[axis] ?? 1, -1]), [
    [0, 0],
    [0, rate - 1],
    [0, 0],
  ])
  const apart = tf.reshape<tf.Rank.R3>(rows, [outer * size, rate, -1])
  return tf.reshape(tf.slice(apart, [0, 0, 0], [-1, 1, -1]), shape.with(axis, size))
}
