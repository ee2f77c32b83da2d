import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { attention } from '../../../../src-main/engine/attention.ts'
import * as fused from '../../../../src-main/engine/fused.ts'
import { scanAttrs } from '../../../../src-main/engine/recurrentAttrs.ts'
import { argumentSlots } from '../../../../src-main/engine/simd/job.ts'
import { loadSimd, simdBackend } from '../../../../src-main/engine/simd/load.ts'
import { compileKernels } from '../../../../src-main/engine/simd/module.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import { poisonNewBlocks } from './poison.ts'
import { normal, rank4, startBoth, type Values } from './support.ts'

/*
 * Every kernel that the module has, in eights and in fours: the same bits. That the pairs of fours are joined rightly is
 * V8's doing, which it calls experimental, so no kernel is taken on trust.
 */

before(() => startBoth())

/** Exported for other kernels' files, or for the trial of the joining. */
const helpers = new Set([
  ...['outerTile', 'placeByRemainder', 'placeImage', 'sumRow', 'probeApart', 'probeJoined'],
])
/** Only one of the builds takes these: builds.test.ts has the ones against the others. */
const ofOneBuild = new Set([
  ...['winogradConvolve', 'winogradFilterGradient'],
  ...['winogradConvolveWide', 'winogradFilterGradientWide'],
])

type Attrs = tf.NamedAttrMap
type Job = readonly [kernel: string, inputs: Readonly<Record<string, Values>>, attrs?: Attrs]

/** One number above a multiple of eight in two rows, and enough of them for two chunks. */
const many = normal(3, 11_025)
const other = normal(3, 11_025)
const above: Values = { ...many, values: many.values.map((value) => Math.abs(value) + 0.1) }
const image = normal(3, 6, 7, 12)
const whole = { strides: 1, pad: 'valid', dataFormat: 'NHWC', dilations: 1 }
const filterOf = (...shape: number[]) => normal(...shape)
const pooled = { filterSize: [2, 3], strides: [1, 2], pad: 'same' }
const halved = { filterSize: 2, strides: 2, pad: 'valid' }
const rate = { lr: 0.1, decay: 0.01, momentum: 0.9, epsilon: 1e-3 }

const unary = [
  ...['Relu', 'Relu6', 'Square', 'Neg', 'Abs', 'Exp', 'Expm1', 'Sigmoid', 'Tanh', 'Softplus', 'Erf', 'Elu'],
  ...['Selu', 'Reciprocal', 'Floor', 'Ceil', 'Round', 'AnnealSwish', 'AnnealMish', 'AnnealGelu'],
  ...['AnnealGeluNew', 'AnnealSoftsign', 'AnnealHardSigmoid', 'ZerosLike'],
]
const slopes = [
  ...[
    'Sigmoid',
    'Tanh',
    'Elu',
    'Selu',
    'Softplus',
    'Erf',
    'Abs',
    'Square',
    'Swish',
    'Mish',
    'Gelu',
    'GeluNew',
  ],
  'Softsign',
]
const binary = [
  ...['Add', 'Sub', 'Multiply', 'RealDiv', 'Maximum', 'Minimum', 'SquaredDifference', 'AnnealPreluSlope'],
  ...['AnnealPreluWeight', 'AnnealGate'],
]

const elementwise: Job[] = [
  ...unary.map((kernel): Job => [kernel, { x: many }]),
  ...['Sqrt', 'Rsqrt', 'Log', 'Log1p'].map((kernel): Job => [kernel, { x: above }]),
  ...['LeakyRelu', 'Step', 'AnnealThreshold'].map((kernel): Job => [kernel, { x: many }, { alpha: 0.3 }]),
  ['ClipByValue', { x: many }, { clipValueMin: -0.5, clipValueMax: 0.7 }],
  ['Cast', { x: many }, { dtype: 'int32' }],
  ...slopes.map((name): Job => [`Anneal${name}Grad`, { dy: other, s: many }]),
  ...['Sqrt', 'Rsqrt'].map((name): Job => [`Anneal${name}Grad`, { dy: other, s: above }]),
  ...['LeakyRelu', 'Threshold'].map(
    (name): Job => [`Anneal${name}Grad`, { dy: other, s: many }, { of: [0.3] }],
  ),
  ...['Clip', 'Relu6', 'HardSigmoid'].map(
    (name): Job => [`Anneal${name}Grad`, { dy: other, s: many }, { of: [0.2, 0.5] }],
  ),
  ...binary.map((kernel): Job => [kernel, { a: many, b: other }]),
  ['Pow', { a: above, b: normal(3, 1) }],
  ['Prelu', { x: many, alpha: normal(11_025) }],
  ...['AtLeast', 'Below', 'AtMost', 'Above'].map(
    (name): Job => [`AnnealWhere${name}`, { dy: many, a: other, b: above }],
  ),
]

const rows: Job[] = [
  ['Softmax', { logits: normal(70, 131) }],
  ['AnnealLogSoftmax', { x: normal(70, 131) }],
  ...['AnnealSoftmaxGrad', 'AnnealLogSoftmaxGrad'].map(
    (kernel): Job => [kernel, { dy: normal(70, 131), s: normal(70, 131) }],
  ),
  ...['Sum', 'Mean', 'Prod', 'Min', 'ArgMin'].map(
    (kernel): Job => [kernel, { x: normal(40, 9, 13) }, { axis: 1 }],
  ),
  ['Sum', { x: normal(9000, 9) }, { axis: 0 }],
  ['Max', { x: normal(40, 9, 13) }, { reductionIndices: 1 }],
  ['AnnealExtremeGrad', { dy: normal(5, 7), x: normal(5, 4, 7), y: normal(5, 7) }, { axes: [1] }],
  ['Transpose', { x: normal(9, 10, 13) }, { perm: [1, 2, 0] }],
  ['AnnealLayerNorm', { x: normal(30, 131), gamma: normal(131), beta: normal(131) }, norms()],
  [
    'AnnealLayerNormGrad',
    { dy: normal(30, 131), x: normal(30, 131), gamma: normal(131), statistics: normal(30, 1, 2) },
    norms(),
  ],
  ['AnnealBatchNorm', { x: image, gamma: normal(12), beta: normal(12) }, { epsilon: 1e-3, relu: true }],
  [
    'AnnealFixedNorm',
    { x: image, mean: normal(12), inverse: normal(12), gamma: normal(12), beta: normal(12) },
    { relu: true },
  ],
  [
    'AnnealBatchNormGrad',
    {
      ...{ dy: image, x: normal(3, 6, 7, 12), y: normal(3, 6, 7, 12), gamma: normal(12), beta: normal(12) },
      ...{ mean: normal(12), inverse: normal(12) },
    },
    { hasResidual: true },
  ],
  [
    'AnnealMoveStatistics',
    { mean: normal(13), variance: normal(13), movingMean: normal(13), movingVariance: normal(13) },
    { rate: 0.1, correction: 1.1 },
  ],
  ['AnnealSgdStep', { w: many, g: other, momentum: many }, { ...rate, keep: 1, nesterov: true }],
  [
    'AnnealAdamStep',
    { w: many, g: other, first: other, second: above },
    { ...rate, stepSize: 0.1, beta1: 0.9, beta2: 0.99, inverseRoot: 1.1, keep: 0.9 },
  ],
  ['AnnealRmspropStep', { w: many, g: other, square: above, momentum: other }, { ...rate, alpha: 0.9 }],
]

const windows: Job[] = [
  ['Conv2D', { x: image, filter: filterOf(2, 3, 12, 21) }, whole],
  [
    'Conv2D',
    { x: normal(7, 4, 4, 40), filter: filterOf(3, 3, 40, 20) },
    { ...whole, pad: 'same', strides: 2 },
  ],
  ['Conv2DBackpropFilter', { x: image, dy: normal(3, 5, 5, 21) }, { ...whole, filterShape: [2, 3, 12, 21] }],
  [
    'Conv2DBackpropFilter',
    { x: normal(7, 4, 4, 40), dy: normal(7, 2, 2, 60) },
    { ...whole, filterShape: [3, 3, 40, 60] },
  ],
  ['Conv2D', { x: normal(3, 9, 9, 12), filter: filterOf(3, 3, 12, 12) }, { ...whole, pad: 'same' }],
  ['DepthwiseConv2dNative', { x: image, filter: filterOf(3, 3, 12, 1) }, { ...whole, pad: 'same' }],
  [
    'DepthwiseConv2dNativeBackpropInput',
    { dy: normal(3, 6, 7, 24), filter: filterOf(3, 3, 12, 2) },
    { ...whole, pad: 'same', inputShape: [3, 6, 7, 12] },
  ],
  [
    'DepthwiseConv2dNativeBackpropFilter',
    { x: image, dy: normal(3, 6, 7, 12) },
    { ...whole, pad: 'same', filterShape: [3, 3, 12, 1] },
  ],
  ...['MaxPool', 'AvgPool'].flatMap((kernel): Job[] => [
    [kernel, { x: image }, pooled],
    [`${kernel}Grad`, { dy: normal(3, 6, 4, 12), input: image, output: normal(3, 6, 4, 12) }, pooled],
    [kernel, { x: normal(3, 6, 6, 16) }, halved],
    [`${kernel}Grad`, { dy: normal(3, 3, 3, 16), input: normal(3, 6, 6, 16) }, halved],
  ]),
  ['ResizeBilinear', { images: image }, { size: [9, 11], alignCorners: false, halfPixelCenters: true }],
  ['ResizeBilinearGrad', { images: image, dy: normal(3, 9, 11, 12) }, { halfPixelCenters: true }],
]

function norms(): Attrs {
  return { epsilon: 1e-3, outer: 30, places: 1, groups: 1 }
}

/** Of cells that are no kind of GRU. */
const gatesOf = new Map<string, number>([
  ['lstm', 4],
  ['simple', 1],
])

const products: Job[] = [
  ['BatchMatMul', { a: normal(1, 130, 21), b: normal(1, 21, 37) }, turned(false, false)],
  ['BatchMatMul', { a: normal(1, 21, 13), b: normal(1, 21, 37) }, turned(true, false)],
  ['BatchMatMul', { a: normal(1100, 13), b: normal(1100, 21) }, turned(true, false)],
  ['BatchMatMul', { a: normal(6, 9, 14), b: normal(6, 14, 21) }, turned(false, false)],
  ...scanAttrs.shape.cell.options.flatMap((cell): Job[] => {
    const gates = (gatesOf.get(cell) ?? 3) * 13
    const attrs = { cell, activation: 'tanh', gateActivation: 'sigmoid', sequences: true }
    const [states, recurrent] = [normal(8, 4, 13), normal(13, gates)]
    const kept = { previous: normal(8, 4, 13), extra: normal(8, 4, 13), gates: normal(8, 4, gates) }
    return [
      ['AnnealScan', { z: normal(8, 4, gates), recurrent, bias: normal(13) }, attrs],
      ['AnnealScanGrad', { dy: states, recurrent, ...kept }, attrs],
    ]
  }),
]

function turned(transposeA: boolean, transposeB: boolean): Attrs {
  return { transposeA, transposeB }
}

/** What takes tensors of whole numbers, draws, or has results that lead to its gradient. */
const [queries, dAttended] = [normal(3, 11, 2, 9), normal(3, 11, 2, 9)]
const [table, dPicked] = [normal(5, 9), normal(4, 9)]
const logits = normal(9, 13)
const operations: readonly (() => tf.Tensor[])[] = [
  () => {
    const attend = (x: tf.Tensor) =>
      attention(rank4(x), rank4(x), rank4(x), { scale: 0.3, causal: true }) ?? tf.zerosLike(x)
    const dy = made(dAttended)
    return [tf.grad((x) => tf.sum(tf.mul(attend(x), dy)))(made(queries))]
  },
  () => {
    const picked = (x: tf.Tensor) => tf.gather(x, tf.tensor1d([1, 4, 1, 0], 'int32'))
    const dy = made(dPicked)
    return [tf.grad((x) => tf.sum(tf.mul(picked(x), dy)))(made(table))]
  },
  () => {
    const labels = tf.tensor1d([0, 3, 12, 1, 5, 5, 2, 9, 7], 'int32')
    const { loss, gradient } =
      fused.softmaxLoss(tf.reshape<tf.Rank.R2>(made(logits), [9, 13]), labels, 0.1) ?? {}
    assert.ok(loss && gradient)
    return [loss, gradient, tf.cast(labels, 'float32')]
  },
  () => {
    const [a, b] = [made(many), made(other)]
    const truths = [tf.equal, tf.notEqual, tf.greater, tf.lessEqual].map((compare) => compare(a, b))
    const whole = tf.greater(tf.cast(a, 'int32'), tf.cast(b, 'int32'))
    return [...truths, tf.logicalNot(whole), tf.any(whole, 1), tf.where(whole, a, b)]
  },
  () => {
    const key = { seed: 1, purpose: 'test', step: 2 }
    return [fused.dropoutMask([101], key, 0.3), fused.normals([101], key, 0, 1)].filter(
      (x) => x !== undefined,
    )
  },
]

const made = ({ values, shape }: Values): tf.Tensor => tf.tensor(values, shape)

/** Bits of all results, and the names of the kernels that gave them. */
async function resultsOf(build: 'wide' | 'relaxed', threads: number) {
  await loadSimd({ threads, build })
  poisonNewBlocks()
  const { pool } = simdBackend()
  const called = new Set<string>()
  const dispatch = pool.dispatch.bind(pool)
  pool.dispatch = (name, ...given) => {
    called.add(name)
    dispatch(name, ...given)
  }
  const bits = (what: string, make: () => tf.Tensor[]): [string, string[]] => [
    what,
    tf.tidy(() =>
      make().map((tensor) => {
        const values = tensor.dataSync()
        assert.ok(!values.some(Number.isNaN), `${what} gives numbers only, though memory begins as none`)
        return Buffer.from(values.slice().buffer).toString('base64')
      }),
    ),
  ]
  const jobs = [...elementwise, ...rows, ...windows, ...products].map(([kernel, inputs, attrs], i) =>
    bits(`${i} ${kernel}`, () => {
      const tensors = Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, made(values)]))
      return [tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(kernel, tensors, attrs ?? {})].flat()
    }),
  )
  const others = operations.map((make, i) => bits(`operation ${i}`, make))
  Reflect.deleteProperty(pool, 'dispatch')
  return { results: new Map([...jobs, ...others]), called }
}

test('every kernel gives the same bits in eights and in fours, on two threads and on one', async () => {
  const wide = await resultsOf('wide', 2)
  const narrow = await resultsOf('relaxed', 2)
  const alone = await resultsOf('wide', 1)
  for (const [what, results] of wide.results) {
    assert.deepEqual(narrow.results.get(what), results, `${what}: in fours`)
    assert.deepEqual(alone.results.get(what), results, `${what}: on one thread`)
  }
  const names = kernels().map(({ name }) => name)
  for (const { called } of [wide, narrow]) {
    const missing = names.filter((name) => !(called.has(name) || helpers.has(name) || ofOneBuild.has(name)))
    assert.deepEqual(missing, [], 'kernels that nothing here calls')
  }
})

test('no kernel has more parameters than a job has places for', () => {
  // Beside the three that each gets of the pool.
  for (const { name, parameters } of kernels())
    assert.ok(parameters - 3 <= argumentSlots, `${name} has ${parameters - 3}`)
})

function kernels(): { name: string; parameters: number }[] {
  const compiled = compileKernels('wide') ?? compileKernels('relaxed')
  assert.ok(compiled)
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true })
  const { exports } = new WebAssembly.Instance(compiled.module, { env: { memory } })
  return Object.entries(exports).flatMap(([name, value]) =>
    typeof value === 'function' ? [{ name, parameters: value.length }] : [],
  )
}
