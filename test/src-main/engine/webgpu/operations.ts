import assert from 'node:assert/strict'
import * as tf from '../../../../src-main/engine/tf.ts'
import { normals } from '../../trainer/models/support.ts'
import { rank4 } from '../simd/support.ts'
import { assertLikeCpu, type Subject } from './likeCpu.ts'

/*
 * The operations of which layers are made, with their gradients: tfjs's programs and ours. Whole numbers have many
 * equal maxima, which tell who gets the gradient.
 */

type Shape = readonly number[]
type Op = (...tensors: tf.Tensor[]) => tf.Tensor

/** The result and the gradient for every input, under an upstream gradient. */
function subject(what: string, shapes: readonly Shape[], op: Op, change = (x: tf.Tensor) => x): Subject {
  return {
    what: `${what} of ${shapes.map((shape) => `[${shape}]`).join(', ')}`,
    run() {
      const inputs = shapes.map((shape, i) => change(normals(`input ${i}`, shape)))
      const y = op(...inputs)
      return [y, ...tf.grads(op)(inputs, normals('dy', y.shape))]
    },
  }
}

function rank5(x: tf.Tensor): tf.Tensor5D {
  const [a = 1, b = 1, c = 1, d = 1, e = 1] = x.shape
  return tf.reshape(x, [a, b, c, d, e])
}

const whole = (x: tf.Tensor): tf.Tensor => tf.round(x)
const positive = (x: tf.Tensor): tf.Tensor => tf.add(tf.abs(x), 0.2)
const maskFor = ({ shape }: tf.Tensor): tf.Tensor => tf.greater(normals('mask', shape), 0)
const ids = (...values: number[]): tf.Tensor1D => tf.tensor1d(values, 'int32')

const elementwise: Record<string, Op> = {
  exp: tf.exp,
  sigmoid: tf.sigmoid,
  tanh: tf.tanh,
  elu: (x) => tf.elu(x),
  selu: tf.selu,
  erf: tf.erf,
  softplus: tf.softplus,
  relu6: tf.relu6,
  leaky: (x) => tf.leakyRelu(x, 0.3),
  abs: tf.abs,
  square: tf.square,
  clip: (x) => tf.clipByValue(x, -0.5, 0.7),
  softmax: (x) => tf.softmax(x),
  logSoftmax: (x) => tf.logSoftmax(x),
  'sum of an axis': (x) => tf.sum(x, 1),
  mean: (x) => tf.mean(x, [0, 2]),
  'greatest of an axis': (x) => tf.max(x, 1),
  'least of an axis': (x) => tf.min(x, 2),
  transpose: (x) => tf.transpose(x, [1, 2, 0]),
  'mask with its axes changed': (x) =>
    tf.mul(tf.transpose(x, [1, 2, 0]), tf.cast(tf.transpose(maskFor(x), [1, 2, 0]), 'float32')),
  'mask as numbers, its axes changed': (x) =>
    tf.mul(tf.transpose(x, [1, 2, 0]), tf.transpose(tf.cast(maskFor(x), 'float32'), [1, 2, 0])),
  pad: (x) =>
    tf.pad(x, [
      [0, 0],
      [1, 2],
      [0, 1],
    ]),
  slice: (x) => tf.slice(x, [0, 1, 2], [2, 3, 3]),
  tile: (x) => tf.tile(x, [2, 1, 2]),
  reverse: (x) => tf.reverse(x, 1),
  split: (x) => tf.concat(tf.split(x, 2, 2).reverse(), 1),
  unstack: (x) => tf.stack(tf.unstack(x, 1).slice(1, 3), 0),
  // An embedding: some rows twice, one never.
  gather: (x) => tf.gather(x, ids(2, 0, 2, 3, 3, 3, 1), 1),
  'gather of rows': (x) =>
    tf.gather(tf.reshape(x, [10, -1]), tf.tensor2d([9, 4, 4, 0, 4, 9], [2, 3], 'int32')),
}

const binary: Record<string, Op> = {
  add: tf.add,
  sub: tf.sub,
  mul: tf.mul,
  div: tf.div,
  prelu: tf.prelu,
  where: (a, b) => tf.where(tf.greater(normals('choice', a.shape), 0), a, tf.add(b, tf.zeros(a.shape))),
}

const pools = (['same', 'valid'] as const).flatMap((pad) => [
  subject(`max pool, ${pad}`, [[2, 7, 6, 3]], (x) => tf.maxPool(rank4(x), [3, 2], [2, 1], pad)),
  subject(`average pool, ${pad}`, [[2, 7, 6, 3]], (x) => tf.avgPool(rank4(x), [3, 2], [2, 1], pad)),
  subject(`max pool of volumes, ${pad}`, [[2, 5, 4, 5, 3]], (x) => tf.maxPool3d(rank5(x), 3, 2, pad)),
  subject(`average pool of volumes, ${pad}`, [[2, 5, 4, 5, 3]], (x) => tf.avgPool3d(rank5(x), 3, 2, pad)),
])

const depthwise = (x: Shape, filter: Shape, strides: [number, number] | number, pad: 'same' | 'valid') =>
  subject(`depthwise convolution, stride ${strides}, ${pad}`, [x, filter], (a, b) =>
    tf.depthwiseConv2d(rank4(a), rank4(b), strides, pad),
  )

const subjects = [
  ...Object.entries(elementwise).map(([name, op]) => subject(name, [[2, 5, 6]], op)),
  ...Object.entries(binary).map(([name, op]) => subject(name, [[2, 5, 6], [6]], op)),
  ...[tf.log, tf.sqrt, tf.rsqrt, tf.reciprocal].map((op) =>
    subject(op.name, [[2, 5, 6]], (x) => op(x), positive),
  ),
  // tfjs differentiates these without broadcasting only.
  subject(
    'squaredDifference',
    [
      [2, 5],
      [2, 5],
    ],
    tf.squaredDifference,
  ),
  subject(
    'maximum',
    [
      [2, 5],
      [2, 5],
    ],
    tf.maximum,
  ),
  subject(
    'minimum',
    [
      [2, 5],
      [2, 5],
    ],
    tf.minimum,
  ),
  subject('pow', [[2, 5, 6], [6]], tf.pow, positive),
  subject('greatest of equal numbers', [[2, 5, 6]], (x) => tf.max(x, 1), whole),
  subject('max pool of equal numbers', [[2, 6, 6, 2]], (x) => tf.maxPool(rank4(x), 2, 2, 'same'), whole),
  ...pools,
  depthwise([2, 7, 6, 3], [3, 3, 3, 1], 1, 'same'),
  depthwise([2, 7, 6, 4], [3, 2, 4, 2], 2, 'valid'),
  // More places than one part takes.
  depthwise([9, 20, 20, 5], [3, 3, 5, 1], 1, 'same'),
  depthwise([5, 15, 9, 2], [5, 1, 2, 3], [2, 1], 'same'),
  subject(
    'convolution of volumes',
    [
      [2, 4, 5, 4, 3],
      [2, 3, 2, 3, 5],
    ],
    (x, w) => tf.conv3d(rank5(x), rank5(w), [1, 2, 1], 'same'),
  ),
  subject(
    'convolution of volumes, in parts',
    [
      [3, 6, 7, 8, 2],
      [3, 2, 1, 2, 3],
    ],
    (x, w) => tf.conv3d(rank5(x), rank5(w), [2, 1, 1], 'valid'),
  ),
  subject(
    'transposed convolution',
    [
      [2, 4, 3, 3],
      [3, 3, 5, 3],
    ],
    (x, w) => tf.conv2dTranspose(rank4(x), rank4(w), [2, 8, 6, 5], 2, 'same'),
  ),
  // Of 23 columns made 46, where 14 / 46 · 23 is less than 7 in float32.
  subject('nearest neighbours', [[1, 3, 23, 2]], (x) => tf.image.resizeNearestNeighbor(rank4(x), [7, 46])),
  // Square: the cpu backend takes a gradient's width for its height.
  subject('bilinear', [[2, 4, 4, 3]], (x) => tf.image.resizeBilinear(rank4(x), [7, 8])),
  subject(
    'products of a batch',
    [
      [2, 3, 4, 5],
      [2, 3, 5, 6],
    ],
    (a, b) => tf.matMul(a, b),
  ),
  subject(
    'products of a batch, transposed',
    [
      [3, 5, 4],
      [3, 6, 5],
    ],
    (a, b) => tf.matMul(a, b, true, true),
  ),
]

await assertLikeCpu(subjects)

// The cpu backend's gradient is wrong for all images but the first.
const doubled = tf.grad((x: tf.Tensor) => tf.image.resizeNearestNeighbor(rank4(x), [4, 6]))
const [images, slopes] = [normals('images', [2, 2, 3, 3]), normals('slopes', [2, 4, 6, 3])]
const sums = tf.sum(tf.reshape(slopes, [2, 2, 2, 3, 2, 3]), [2, 4])
assert.deepEqual(
  await tf.round(tf.mul(doubled(images, slopes), 1e4)).data(),
  await tf.round(tf.mul(sums, 1e4)).data(),
)
process.exit(0)
