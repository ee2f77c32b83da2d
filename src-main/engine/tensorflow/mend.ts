import { z } from 'zod'
import * as tf from '../tf.ts'
import { execute, input, replace, runsOperations } from './operations.ts'

/*
 * Where the package's kernels fail and TensorFlow does not: a number of zeros on every side of an image, which the
 * package refuses or names wrongly, and operations that are written as methods of a tensor, which tfjs-core alone lacks.
 */

let isMended = false

/** Mends the kernels of the backend "tensorflow", once in a process. @param backend that will run them */
export function mendKernels(backend: unknown): void {
  if (isMended || !runsOperations(backend)) return
  isMended = true
  for (const name of ['Conv2D', 'FusedConv2D', 'DepthwiseConv2dNative', 'FusedDepthwiseConv2D']) {
    replace(name, (_inputs, attrs, stock) => stock({ ...attrs, ...explicit(attrs) }))
  }
  for (const [name, isDepthwise] of [
    ['Conv2DBackpropFilter', false],
    ['DepthwiseConv2dNativeBackpropFilter', true],
  ] as const) {
    replace(name, (inputs, attrs) => filterGradient(name, isDepthwise, inputs, attrs))
  }
  for (const [name, isDepthwise] of [
    ['Conv2DBackpropInput', false],
    ['DepthwiseConv2dNativeBackpropInput', true],
  ] as const) {
    replace(name, (inputs, attrs) => inputGradient(name, isDepthwise, inputs, attrs))
  }
  replace('Prelu', (inputs) => prelu(input(inputs, 'x'), input(inputs, 'alpha')))
  for (const name of ['ArgMax', 'ArgMin']) {
    replace(name, (inputs, attrs, stock) => withInput(inputs, 'int32', (x) => stock(attrs, { x })))
  }
  replace('Exp', (inputs, attrs, stock) => withInput(inputs, 'float32', (x) => stock(attrs, { x })))
}

const zerosAround = z.looseObject({ pad: z.number().positive() })

/** Zeros on every side, in the words that the package knows. */
function explicit(attrs: tf.NamedAttrMap): { pad?: number[][] } {
  const { data } = zerosAround.safeParse(attrs)
  if (data === undefined) return {}
  const { pad } = data
  return {
    pad: [
      [0, 0],
      [pad, pad],
      [pad, pad],
      [0, 0],
    ],
  } // NHWC
}

const pair = z.union([z.number(), z.tuple([z.number(), z.number()])])
const shape4d = z.tuple([z.number(), z.number(), z.number(), z.number()])
const side = z.tuple([z.number(), z.number()])
const geometry = {
  strides: pair,
  pad: z.union([z.enum(['same', 'valid']), z.number(), z.tuple([side, side, side, side])]),
  dataFormat: z.literal('NHWC').optional(),
  dilations: pair.nullish(),
  dimRoundingMode: z.enum(['floor', 'round', 'ceil']).nullish(),
}
const filterAttrs = z.looseObject({ ...geometry, filterShape: shape4d })
const inputAttrs = z.looseObject({ ...geometry, inputShape: shape4d })

type Shape4D = z.infer<typeof shape4d>
type Geometry = Pick<z.infer<typeof filterAttrs>, keyof typeof geometry>

/** The attributes of a convolution as TensorFlow's operations take them. */
function convolution(image: Shape4D, filter: Shape4D, attrs: Geometry, isDepthwise: boolean) {
  const { strides, pad, dilations, dimRoundingMode } = attrs
  const info = tf.backend_util.computeConv2DInfo(
    image,
    filter,
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode ?? undefined,
    isDepthwise,
  )
  const { type, top, bottom, left, right } = info.padInfo
  const common = {
    strides: [1, info.strideHeight, info.strideWidth, 1],
    dilations: [1, info.dilationHeight, info.dilationWidth, 1],
    data_format: 'NHWC',
  }
  if (type === 'SAME' || type === 'VALID') return { ...common, padding: type }
  return { ...common, padding: 'EXPLICIT', explicit_paddings: [0, 0, top, bottom, left, right, 0, 0] }
}

function filterGradient(
  name: string,
  isDepthwise: boolean,
  inputs: tf.NamedTensorInfoMap,
  given: tf.NamedAttrMap,
): tf.Tensor {
  const [x, dy] = [input(inputs, 'x'), input(inputs, 'dy')]
  const attrs = filterAttrs.parse(given)
  const attributes = convolution(shape4d.parse(x.shape), attrs.filterShape, attrs, isDepthwise)
  return withShape(attrs.filterShape, (shape) => execute(name, attributes, [x, shape, dy]))
}

function inputGradient(
  name: string,
  isDepthwise: boolean,
  inputs: tf.NamedTensorInfoMap,
  given: tf.NamedAttrMap,
): tf.Tensor {
  const [dy, filter] = [input(inputs, 'dy'), input(inputs, 'filter')]
  const attrs = inputAttrs.parse(given)
  const attributes = convolution(attrs.inputShape, shape4d.parse(filter.shape), attrs, isDepthwise)
  return withShape(attrs.inputShape, (shape) => execute(name, attributes, [shape, filter, dy]))
}

function withShape(shape: Shape4D, run: (shape: tf.Tensor) => tf.Tensor): tf.Tensor {
  const numbers = tf.tensor1d(shape, 'int32')
  try {
    return run(numbers)
  } finally {
    numbers.dispose()
  }
}

/** max(x, 0) + α·min(x, 0) */
function prelu(x: tf.TensorInfo, alpha: tf.TensorInfo): tf.Tensor {
  return tf.tidy(() => {
    const [numbers, slope] = [asTensor(x), asTensor(alpha)]
    return tf.add(tf.relu(numbers), tf.mul(slope, tf.minimum(numbers, 0)))
  })
}

/** The package casts a tensor of truth values by a method that it does not have here. */
function withInput(
  inputs: tf.NamedTensorInfoMap,
  dtype: 'int32' | 'float32',
  run: (x: tf.TensorInfo) => tf.TensorInfo | tf.TensorInfo[],
): tf.TensorInfo | tf.TensorInfo[] {
  const x = input(inputs, 'x')
  const needsCast = x.dtype === 'bool' || (dtype === 'float32' && x.dtype === 'int32')
  if (!needsCast) return run(x)
  const cast = tf.cast(asTensor(x), dtype)
  try {
    return run(cast)
  } finally {
    cast.dispose()
  }
}

/** A kernel is given tensors, though its types say no more than what they are made of. */
function asTensor(info: tf.TensorInfo): tf.Tensor {
  return info instanceof tf.Tensor ? info : tf.engine().makeTensorFromTensorInfo(info)
}
