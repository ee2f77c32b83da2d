import { z } from 'zod'
import { addDilatedGradients } from './dilatedGradients.ts'
import * as tf from './tf.ts'

/* Gradients that tfjs lacks or gives wrongly, for every backend. */

const volume = z.tuple([z.number(), z.number(), z.number(), z.number(), z.number()])
const volumeAttrs = z.object({
  strides: z.union([z.number(), z.tuple([z.number(), z.number(), z.number()])]),
  pad: z.enum(['same', 'valid']),
})

/**
 * From here on a transposed convolution of volumes can be differentiated, a dilated convolution, and a resizing of images of any
 * shape, bilinear or to the nearest.
 */
export function addGradients(): void {
  if (tf.getGradient('Conv3DBackpropInputV2') !== undefined) return
  addTransposedVolumes()
  shapeBilinear()
  placeNearest()
  addDilatedGradients()
}

/** A transposed convolution is a convolution's gradient to its input, so that its own is that convolution. */
function addTransposedVolumes(): void {
  tf.registerGradient({
    kernelName: 'Conv3DBackpropInputV2',
    inputsToSave: ['dy', 'filter'],
    gradFunc: (given, saved, attrs) => {
      const [dy, filter] = saved
      const { strides, pad } = volumeAttrs.parse(attrs)
      if (!isVolume(given) || !isVolume(dy) || !isVolume(filter)) {
        throw new Error('the gradient of a transposed convolution of volumes was not given volumes')
      }
      return {
        dy: () => tf.conv3d(given, filter, strides, pad),
        filter: () =>
          tf
            .engine()
            .runKernel<tf.Tensor>(
              'Conv3DBackpropFilterV2',
              { x: given, dy },
              { strides, pad, filterShape: volume.parse(filter.shape) },
            ),
      }
    },
  })
}

const isVolume = (given: tf.Tensor | tf.Tensor[] | undefined): given is tf.Tensor5D =>
  given instanceof tf.Tensor && given.rank === 5

/** The cpu backend of tfjs gives the numbers of this gradient in their order, and height and width exchanged. */
function shapeBilinear(): void {
  const stock = tf.getGradient('ResizeBilinear')
  tf.unregisterGradient('ResizeBilinear')
  tf.registerGradient({
    ...stock,
    gradFunc: (dy, saved, attrs) => {
      const { images, ...others } = stock.gradFunc(dy, saved, attrs)
      const [image] = saved
      if (images === undefined || image === undefined) return { ...others }
      return { ...others, images: () => tf.reshape(images(), image.shape) }
    },
  })
}

/**
 * The cpu backend of tfjs looks for the second image's numbers of this gradient where the first one's are: so the images of a
 * batch become channels of one.
 */
function placeNearest(): void {
  const stock = tf.getGradient('ResizeNearestNeighbor')
  tf.unregisterGradient('ResizeNearestNeighbor')
  tf.registerGradient({
    ...stock,
    gradFunc: (dy, saved, attrs) => {
      const [image] = saved
      if (tf.getBackend() !== 'cpu' || !(dy instanceof tf.Tensor) || image === undefined) {
        return stock.gradFunc(dy, saved, attrs)
      }
      const [batch = 1, height = 1, width = 1, channels = 1] = image.shape
      const images = tf.zeros([1, height, width, batch * channels])
      const turned = tf.transpose(dy, [1, 2, 0, 3])
      const joined = tf.reshape(turned, [1, dy.shape[1] ?? 1, dy.shape[2] ?? 1, batch * channels])
      const { images: gradient } = stock.gradFunc(joined, [images], attrs)
      if (gradient === undefined) return {}
      const apart = () => tf.reshape(gradient(), [height, width, batch, channels])
      return { images: () => tf.transpose(apart(), [2, 0, 1, 3]) }
    },
  })
}
