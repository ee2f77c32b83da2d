import assert from 'node:assert/strict'
import { type OptimizerSpec, optimizerSpec } from '../../../../shared/run/spec.ts'
import { hasLayerNorm, layerNorm, layerNormGradient } from '../../../../src-main/engine/fused.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import { softmaxCrossEntropy } from '../../../../src-main/trainer/loss.ts'
import { normaliseByBatch } from '../../../../src-main/trainer/models/layers/batchNorm.ts'
import { createOptimizer } from '../../../../src-main/trainer/optimizers/index.ts'
import { normals } from '../../trainer/models/support.ts'
import { composedScan, fusedScan, gatesOf, type Seen, scans } from '../scans.ts'
import { rank4 } from '../simd/support.ts'
import { assertLikeCpu, type Subject } from './likeCpu.ts'

/*
 * What one WGSL kernel does in place of many: against the composed form on tfjs's cpu backend, and against itself for
 * the same bits.
 */

interface NormCase {
  readonly shape: [number, number, number, number]
  /** Whether a ReLU follows, and a residual sum comes before it. */
  readonly relu?: 'plain' | 'residual'
}

const normCases: NormCase[] = [
  { shape: [1, 1, 1, 1] },
  { shape: [1, 2, 2, 4], relu: 'residual' },
  { shape: [3, 5, 4, 7], relu: 'residual' },
  // More channels than a workgroup has columns.
  { shape: [2, 3, 3, 70], relu: 'plain' },
  // Several parts of rows, the last one shorter.
  { shape: [31, 16, 16, 3] },
  { shape: [37, 16, 15, 8], relu: 'plain' },
]

/** Output, moved statistics, and gradients for x, gamma, beta and the residual. */
function normSubject({ shape, relu }: NormCase): Subject {
  const channels = shape[3]
  return {
    what: `batch normalisation of [${shape}]`,
    run() {
      // Far from zero, where a variance as the difference of two sums would lose its digits.
      const x = tf.add(tf.mul(normals('x', shape), 3), 10)
      const [gamma, beta, residual] = [
        normals('gamma', [channels]),
        normals('beta', [channels]),
        normals('residual', shape),
      ]
      const statistics = {
        movingMean: tf.variable(tf.zeros([channels])),
        movingVariance: tf.variable(tf.ones([channels])),
      }
      const apply = (rate: number, ...[a = x, g = gamma, b = beta, r = residual]: tf.Tensor[]) =>
        normaliseByBatch(
          rank4(a),
          { gamma: tf.reshape(g, [channels]), beta: tf.reshape(b, [channels]), ...statistics },
          1e-3,
          rate,
          relu && { residual: relu === 'residual' ? rank4(r) : undefined },
        )
      const y = apply(0.1)
      const sources = relu === 'residual' ? [x, gamma, beta, residual] : [x, gamma, beta]
      const gradients = tf.grads((...given) => apply(0, ...given))(sources, normals('dy', shape))
      const moved = [tf.clone(statistics.movingMean), tf.clone(statistics.movingVariance)]
      tf.dispose([statistics.movingMean, statistics.movingVariance])
      return [y, ...moved, ...gradients]
    },
  }
}

/** [outer, places, groups, width]; output, and gradients for x, gamma and beta. */
function layerNormSubject(shape: [number, number, number, number]): Subject {
  const [outer, places, groups, width] = shape
  const channels = groups * width
  const compose = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) => {
    const mean = tf.mean(x, [1, 3], true)
    const apart = tf.sub(x, mean)
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(apart), [1, 3], true), 1e-3))
    const weight = (each: tf.Tensor) => tf.reshape(each, [1, 1, groups, width])
    return tf.add(tf.mul(tf.mul(apart, inverse), weight(gamma)), weight(beta))
  }
  return {
    what: `layer normalisation of [${shape}]`,
    run() {
      const x = tf.add(tf.mul(normals('x', shape), 3), 10)
      const [gamma, beta] = [normals('gamma', [channels]), normals('beta', [channels])]
      const dy = normals('dy', shape)
      if (!hasLayerNorm()) return [compose(x, gamma, beta), ...tf.grads(compose)([x, gamma, beta], dy)]
      const settings = { epsilon: 1e-3, outer, places, groups }
      const { y, statistics } = layerNorm(x, gamma, beta, settings)
      return [y, ...layerNormGradient(dy, [x, gamma, statistics], settings)]
    },
  }
}

function lossSubject(batch: number, classes: number, smoothing: number): Subject {
  return {
    what: `softmax cross-entropy of [${batch}, ${classes}] with smoothing ${smoothing}`,
    run() {
      const logits = tf.reshape<tf.Rank.R2>(tf.mul(normals('logits', [batch, classes]), 5), [batch, classes])
      const labels = tf.tensor1d(
        Array.from({ length: batch }, (_, i) => (i * 7 + classes - 1) % classes),
        'int32',
      )
      const both = tf.valueAndGrad((x: tf.Tensor2D) => softmaxCrossEntropy(x, labels, smoothing))
      const { value, grad } = both(logits, tf.scalar(2))
      return [value, grad]
    },
  }
}

const optimizers = [
  { kind: 'sgd', momentum: 0.9, weightDecay: 0.01 },
  { kind: 'sgd', momentum: 0.9, nesterov: true, decoupled: true, weightDecay: 0.01 },
  { kind: 'rmsprop', momentum: 0.8, weightDecay: 0.01 },
  { kind: 'adam', weightDecay: 0.01 },
  { kind: 'adamw', weightDecay: 0.1 },
].map((spec) => optimizerSpec.parse(spec))

/** Weights and state after three steps, and clones of the first weights, which no step may touch. */
function optimizerSubject(spec: OptimizerSpec): Subject {
  const shapes = [[1], [3, 5], [40_003]]
  return {
    what: `three steps of ${JSON.stringify(spec)}`,
    run() {
      const optimizer = createOptimizer(spec)
      const variables = shapes.map((shape) => tf.variable(normals('weights', shape)))
      const before = variables.map((variable) => tf.clone(variable))
      for (const step of [1, 2, 3]) {
        const gradients = variables.map(({ name, shape }) => [name, normals(`step ${step}`, shape)])
        // Without momentum in one step: the buffer stays as it is.
        optimizer.apply(Object.fromEntries(gradients), variables, {
          lr: 0.1 / step,
          momentum: step === 2 ? 0 : 0.7,
        })
      }
      const state = optimizer.state().map(({ tensor }) => tensor)
      const found = [...variables, ...state].map((each) => tf.clone(each))
      optimizer.dispose()
      tf.dispose(variables)
      return [...found, ...before]
    },
  }
}

/** The states, and gradients for the input products, the recurrent kernel and the bias. */
function scanSubject([attrs, batch, steps, units]: (typeof scans)[number], seen?: Seen): Subject {
  const columns = gatesOf[attrs.cell] * units
  const half = (name: string, shape: number[]) => tf.div(normals(name, shape), 2)
  return {
    what: `${JSON.stringify(attrs)}${seen ? ', masked' : ''}`,
    run() {
      const isFused = tf.getKernel('AnnealScan', tf.getBackend()) !== undefined
      const op = isFused ? fusedScan(attrs, seen) : composedScan(attrs, seen)
      const inputs = [half('z', [batch, steps, columns]), half('recurrent', [units, columns])]
      if (attrs.cell === 'gruAfter') inputs.push(half('bias', [units]))
      const y = op(...inputs)
      return [y, ...tf.grads(op)(inputs, normals('dy', y.shape))]
    },
  }
}

/** More units than a workgroup has threads. */
const wideScan: (typeof scans)[number] = [
  { cell: 'lstm', activation: 'tanh', gateActivation: 'sigmoid', sequences: true },
  2,
  3,
  150,
]

/** The first step, the last, and some between. */
const everyThird: Seen = (examples, steps) =>
  Array.from({ length: examples * steps }, (_, at) => {
    const [example, step] = [Math.floor(at / steps), at % steps]
    return (example + step) % 3 === 0 || step >= steps - (example % 2) ? 0 : 1
  })

const subjects = [
  ...normCases.map(normSubject),
  layerNormSubject([1, 1, 1, 1]),
  layerNormSubject([5, 1, 1, 70]),
  layerNormSubject([3, 1, 1, 300]),
  layerNormSubject([40, 4, 3, 2]),
  lossSubject(1, 2, 0),
  lossSubject(7, 10, 0.1),
  lossSubject(33, 101, 0.3),
  ...optimizers.map(optimizerSubject),
  ...[...scans, wideScan].map((scan) => scanSubject(scan)),
  ...scans.map((scan) => scanSubject(scan, everyThird)),
]

await assertLikeCpu(subjects)
const kernels = [
  'BatchNorm',
  'BatchNormGrad',
  'LayerNorm',
  'LayerNormGrad',
  'MoveStatistics',
  'SoftmaxLoss',
  'SgdStep',
  'AdamStep',
  'RmspropStep',
  'Scan',
  'ScanGrad',
]
// Without them everything would be composed, and pass too.
for (const kernel of kernels) assert.ok(tf.getKernel(`Anneal${kernel}`, 'webgpu'), `there is no ${kernel}`)
// A run that diverges must show it in its loss.
for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
  const loss = tf.tidy(() => softmaxCrossEntropy(tf.tensor2d([bad, 1, 2], [1, 3]), tf.tensor1d([1], 'int32')))
  const [value = 0] = await loss.data()
  assert.ok(!Number.isFinite(value), `${bad} gives ${value}`)
}
for (const [attrs] of scans) {
  const states = tf.tidy(() => {
    const columns = gatesOf[attrs.cell] * 3
    const bias = attrs.cell === 'gruAfter' ? [tf.zeros([3])] : []
    return fusedScan(attrs)(tf.fill([1, 2, columns], Number.NaN), tf.zeros([3, columns]), ...bias)
  })
  assert.ok([...(await states.data())].every(Number.isNaN), JSON.stringify(attrs))
}
process.exit(0)
