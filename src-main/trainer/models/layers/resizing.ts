import * as tfl from '@tensorflow/tfjs-layers'
import { z } from 'zod'
import { show } from '../../../../shared/errors.ts'
import * as tf from '../../../engine/tf.ts'
import { inLayer, layerSettings } from './settings.ts'

/*
 * Keras' layers that bring images to a size. tfjs's own cannot be trained behind other layers: one forgets the batch in its
 * shape, and the other cuts by an operation without a gradient.
 */

const size = { height: z.int().min(1), width: z.int().min(1) }
const resizing = z.looseObject({
  ...size,
  interpolation: z.enum(['bilinear', 'nearest'], 'must be bilinear or nearest').default('bilinear'),
})
const crop = z.looseObject(size)
const imageShape = z.array(z.int().nullable()).length(4)

type Shape = (number | null)[]
type LayerArgs = ConstructorParameters<typeof tfl.layers.Layer>[0]
type Method = z.infer<typeof resizing>['interpolation']

abstract class ToSize extends tfl.layers.Layer {
  protected abstract readonly size: { readonly height: number; readonly width: number }
  protected abstract change(images: tf.Tensor4D): tf.Tensor

  override computeOutputShape(shape: Shape | Shape[]): Shape {
    const images = imageShape.safeParse(shape)
    if (!images.success) {
      return inLayer(this, () => {
        throw new Error(`takes images [height, width, channels] (received ${show(shape.slice(1))})`)
      })
    }
    const [batch = null, , , channels = null] = images.data
    return [batch, this.size.height, this.size.width, channels]
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [x] = [inputs].flat()
      if (x?.rank !== 4) throw new Error(`a layer that resizes takes images (received ${x?.shape})`)
      const [batch = 0, height = 0, width = 0, channels = 0] = x.shape
      return this.change(tf.reshape(x, [batch, height, width, channels]))
    })
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.size }
  }
}

class Resizing extends ToSize {
  static className = 'Resizing'
  protected readonly size: z.infer<typeof crop>
  readonly #method: Method

  constructor(args: LayerArgs) {
    super(args)
    const { height, width, interpolation } = layerSettings(resizing, args, 'Resizing')
    this.size = { height, width }
    this.#method = interpolation
  }

  protected change(images: tf.Tensor4D): tf.Tensor {
    return resized(images, [this.size.height, this.size.width], this.#method)
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), interpolation: this.#method }
  }
}

/** The middle of an image; one that is smaller is resized, as in Keras, by as much as its scarcer side asks for. */
class CenterCrop extends ToSize {
  static className = 'CenterCrop'
  protected readonly size: z.infer<typeof crop>

  constructor(args: LayerArgs) {
    super(args)
    const { height, width } = layerSettings(crop, args, 'CenterCrop')
    this.size = { height, width }
  }

  protected change(images: tf.Tensor4D): tf.Tensor {
    const { height, width } = this.size
    const [, rows, columns] = images.shape
    // Of a smaller image, the largest part with the sides' ratio that is asked for is enlarged.
    const enough = rows >= height && columns >= width
    const [down, across] = enough
      ? [height, width]
      : [
          Math.min(rows, Math.floor((columns * height) / width)),
          Math.min(columns, Math.floor((rows * width) / height)),
        ]
    const from = [0, Math.floor((rows - down) / 2), Math.floor((columns - across) / 2), 0]
    const middle = tf.slice(images, from, [-1, down, across, -1])
    return enough ? middle : resized(middle, [height, width], 'bilinear')
  }
}

/** Each axis is a product with a matrix of weights: every device has it and its gradient. */
function resized(images: tf.Tensor4D, [height, width]: readonly [number, number], method: Method): tf.Tensor {
  const [batch, rows, columns, channels] = images.shape
  const down = weights(rows, height, method)
  const tall = tf.matMul(down, tf.reshape<tf.Rank.R3>(images, [batch, rows, columns * channels]))
  const across = weights(columns, width, method)
  const lines = tf.reshape<tf.Rank.R3>(tall, [batch * height, columns, channels])
  return tf.reshape(tf.matMul(across, lines), [batch, height, width, channels])
}

/** [1, to, from]: what of each place goes into each new one. Places are where the middles of pixels are. */
function weights(from: number, to: number, method: Method): tf.Tensor3D {
  const values = new Float32Array(to * from)
  for (let i = 0; i < to; i++) {
    const middle = ((i + 0.5) * from) / to
    const place = method === 'nearest' ? Math.floor(middle) : Math.max(0, middle - 0.5)
    const low = Math.min(Math.floor(place), from - 1)
    const part = place - low
    for (const [at, share] of [
      [low, 1 - part],
      [Math.min(low + 1, from - 1), part],
    ] as const) {
      values[i * from + at] = (values[i * from + at] ?? 0) + share
    }
  }
  return tf.tensor3d(values, [1, to, from])
}

/** From here on tfjs builds topologies with the layers above. */
export function registerResizing(): void {
  tf.serialization.registerClass(Resizing)
  tf.serialization.registerClass(CenterCrop)
}
