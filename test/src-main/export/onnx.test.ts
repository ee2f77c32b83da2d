import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as ort from 'onnxruntime-web'
import { random } from '../../../shared/random.ts'
import { type ModelSpec, modelSpec } from '../../../shared/run/spec.ts'
import * as tf from '../../../src-main/engine/tf.ts'
import { type OnnxMember, onnxModel } from '../../../src-main/export/onnx/model.ts'
import { weightsOf } from '../../../src-main/trainer/checkpoint.ts'
import { buildModel, type Model } from '../../../src-main/trainer/models/index.ts'
import '@tensorflow/tfjs-backend-cpu'

/* Another program's runtime reads the files, and answers as the trainer's own model does. */

const classes = ['a', 'b', 'c', 'd', 'e']
const image = [9, 8, 2]

const dense = (name: string, units: number, activation = 'linear', more: object = {}) => ({
  class_name: 'Dense',
  config: { name, units, activation, ...more },
})

/** Layers one after another, then all numbers into the classes. */
const sequential = (shape: readonly number[], ...layers: { class_name: string; config?: object }[]) =>
  stacked(shape, [...layers, { class_name: 'Flatten' }])

/** Layers one after another that end in rows of numbers already. */
const rows = (shape: readonly number[], ...layers: { class_name: string; config?: object }[]) =>
  stacked(shape, layers)

const stacked = (shape: readonly number[], layers: { class_name: string; config?: object }[]) => ({
  kind: 'layers',
  topology: {
    class_name: 'Sequential',
    config: {
      layers: [...layers, dense('end', classes.length)].map((layer, i) => ({
        ...layer,
        config: { ...layer.config, ...(i === 0 && { batch_input_shape: [null, ...shape] }) },
      })),
    },
  },
})

const layer = (class_name: string, config: object = {}) => ({ class_name, config })
const conv = (config: object) => layer('Conv2D', { filters: 3, kernel_size: [3, 2], ...config })
const activations = ['elu', 'selu', 'sigmoid', 'hard_sigmoid', 'softplus', 'softsign', 'tanh', 'relu6']

const merging = (class_name: string, config: object = {}) => {
  const at = (...names: string[]) => [names.map((name) => [name, 0, 0, {}])]
  const named = (one: { class_name: string; config: object }, name: string, ...from: string[]) => ({
    ...one,
    name,
    config: { ...one.config, name },
    inbound_nodes: from.length === 0 ? [] : at(...from),
  })
  return {
    kind: 'layers',
    topology: {
      class_name: 'Model',
      config: {
        name: 'own',
        layers: [
          named(layer('InputLayer', { batch_input_shape: [null, 7] }), 'in'),
          named(dense('left', 6, 'relu'), 'left', 'in'),
          named(dense('right', 6, 'tanh'), 'right', 'in'),
          named(layer(class_name, config), 'both', 'left', 'right'),
          named(dense('out', classes.length, 'softmax'), 'out', 'both'),
        ],
        input_layers: [['in', 0, 0]],
        output_layers: [['out', 0, 0]],
      },
    },
  }
}

const cases: [name: string, spec: unknown, shape: number[]][] = [
  ['softmax on a table', { kind: 'softmax' }, [7]],
  ['mlp on images', { kind: 'mlp', hidden: [11, 6], dropout: 0.3 }, image],
  ['cnn', { kind: 'cnn', filters: [4, 6], dense: 9, dropout: 0.2 }, image],
  ['resnet, whose shortcuts stride over odd sizes and gain channels', { kind: 'resnet', depth: 14 }, image],
  ['wide resnet', { kind: 'wrn', depth: 16, widen: 1, dropout: 0.1 }, image],
  ['densenet', { kind: 'densenet', depth: 13, growth: 3, dropout: 0.1 }, image],
  ['densenet with bottlenecks', { kind: 'densenet', depth: 16, growth: 3, bc: true }, image],
  [
    'convolutions that pad and stride',
    sequential(
      image,
      conv({ padding: 'same', strides: [2, 1], activation: 'relu' }),
      conv({ padding: 'valid', use_bias: false }),
    ),
    image,
  ],
  [
    'depthwise and separable convolutions',
    sequential(
      image,
      layer('DepthwiseConv2D', {
        kernel_size: [3, 2],
        depth_multiplier: 2,
        padding: 'same',
        strides: [2, 2],
      }),
      layer('SeparableConv2D', { kernel_size: [2, 3], filters: 4, depth_multiplier: 2, padding: 'same' }),
    ),
    image,
  ],
  [
    'a transposed convolution',
    sequential(
      image,
      layer('Conv2DTranspose', { filters: 3, kernel_size: [3, 4], strides: [2, 2], padding: 'same' }),
      layer('Conv2DTranspose', { filters: 2, kernel_size: [2, 3], strides: [3, 2], padding: 'valid' }),
    ),
    image,
  ],
  [
    'pools, paddings and cuts',
    sequential(
      image,
      layer('ZeroPadding2D', {
        padding: [
          [1, 2],
          [0, 1],
        ],
      }),
      layer('AveragePooling2D', { pool_size: [2, 3], strides: [1, 2], padding: 'same' }),
      layer('Cropping2D', {
        cropping: [
          [1, 0],
          [0, 2],
        ],
      }),
      layer('MaxPooling2D', { pool_size: [3, 2], strides: [2, 1], padding: 'same' }),
      layer('Permute', { dims: [3, 1, 2] }),
    ),
    image,
  ],
  [
    'volumes, and images made larger',
    sequential(
      [2, 3, 4],
      layer('UpSampling2D', { size: [2, 1], interpolation: 'bilinear' }),
      layer('UpSampling2D', { size: [1, 2] }),
      layer('Reshape', { target_shape: [4, 3, 2, 4] }),
      layer('Conv3D', { filters: 3, kernel_size: [2, 1, 3], padding: 'same', activation: 'tanh' }),
      layer('MaxPooling3D', { pool_size: 2, strides: 1 }),
      layer('Conv3DTranspose', { filters: 2, kernel_size: [3, 2, 2], strides: [1, 2, 1], padding: 'same' }),
      layer('AveragePooling3D', { pool_size: [1, 2, 2], padding: 'same' }),
    ),
    [2, 3, 4],
  ],
  [
    'sequences',
    rows(
      [12, 3],
      layer('Conv1D', { filters: 4, kernel_size: 3, padding: 'same' }),
      layer('MaxPooling1D', { pool_size: 2 }),
      layer('AveragePooling1D', { pool_size: 2, strides: 1 }),
      layer('GlobalMaxPooling1D'),
      layer('RepeatVector', { n: 3 }),
      layer('GlobalAveragePooling1D'),
    ),
    [12, 3],
  ],
  [
    'means and greatest over images',
    rows(image, conv({ activation: 'tanh' }), layer('GlobalMaxPooling2D')),
    image,
  ],
  [
    'normalisations and slopes',
    sequential(
      image,
      layer('Rescaling', { scale: 0.5, offset: 0.1 }),
      layer('BatchNormalization', { scale: false }),
      layer('LeakyReLU', { alpha: 0.2 }),
      layer('PReLU'),
      layer('ELU'),
      layer('ReLU', { max_value: 1.5 }),
      layer('ThresholdedReLU', { theta: 0.3 }),
      ...['GaussianNoise', 'GaussianDropout', 'AlphaDropout'].map((name) =>
        layer(name, { rate: 0.5, stddev: 1 }),
      ),
      layer('LayerNormalization'),
      layer('GroupNormalization', { groups: 2 }),
      layer('GroupNormalization', { groups: -1, center: false }),
      layer('Reshape', { target_shape: [36, 4] }),
      layer('SpatialDropout1D', { rate: 0.5 }),
    ),
    image,
  ],
  [
    'every activation',
    rows([7], ...activations.map((activation) => layer('Activation', { activation }))),
    [7],
  ],
  ...['Add', 'Average', 'Maximum', 'Minimum', 'Multiply', 'Concatenate'].map(
    (name): [string, unknown, number[]] => [`branches that meet in ${name}`, merging(name), [7]],
  ),
]

for (const [name, input, shape] of cases) {
  test(`an ONNX file of ${name} answers as the model`, async () => {
    const spec = modelSpec.parse(input)
    const { member, want, x } = await trained(spec, shape, 3)
    const got = await answer(onnxModel(fileOf([member], shape)), x, shape)
    assertClose(got.probabilities, want)
    assert.deepEqual(got.labels, argmaxes(want))
  })
}

test('an ensemble is one file: shares of the mean, and the geometric mean', async () => {
  const spec = modelSpec.parse({ kind: 'mlp', hidden: [6] })
  const parts: Awaited<ReturnType<typeof trained>>[] = []
  // One after another: the names of their weights are the same.
  for (const seed of [3, 4, 5]) parts.push(await trained(spec, [7], seed))
  const [first] = parts
  assert.ok(first)
  const shares = [0.5, 0.3, 0.2]
  const members = parts.map(({ member }, k) => ({ ...member, weight: shares[k] ?? 0 }))
  const mean = first.want.map((_, i) =>
    parts.reduce((sum, { want }, k) => sum + (shares[k] ?? 0) * (want[i] ?? 0), 0),
  )
  const file = onnxModel({ ...fileOf(members, [7]), combined: 'mean' })
  assertClose((await answer(file, first.x, [7])).probabilities, mean)
  const products = first.want.map((_, i) =>
    parts.reduce((product, { want }) => product * (want[i] ?? 0) ** (1 / 3), 1),
  )
  const equal = parts.map(({ member }) => ({ ...member, weight: 1 / 3 }))
  const geometric = onnxModel({ ...fileOf(equal, [7]), combined: 'geometric' })
  assertClose((await answer(geometric, first.x, [7])).probabilities, rowsToOne(products))
})

test('images go in as they are stored, and text goes along', async () => {
  const spec = modelSpec.parse({ kind: 'softmax' })
  const { member } = await trained(spec, [2, 2, 1], 3)
  const normalisation = { mean: [0.25], std: [0.5] }
  const input = { shape: [2, 2, 1], dtype: 'uint8', classes } as const
  const file = onnxModel({
    ...fileOf([{ ...member, normalisation }], [2, 2, 1]),
    input,
    metadata: { classes: JSON.stringify(classes) },
  })
  const session = await ort.InferenceSession.create(file)
  const levels = Uint8Array.from([0, 51, 128, 255])
  const { probabilities } = await session.run({ input: new ort.Tensor('uint8', levels, [1, 2, 2, 1]) })
  const normalised = Array.from(levels, (level) => (level / 255 - 0.25) / 0.5)
  const model = await buildModel(spec, { shape: [2, 2, 1], classes: classes.length }, 3)
  disturb(model)
  const x = tf.tensor4d(normalised, [1, 2, 2, 1])
  const want = tf.softmax(model.forward(x, { training: false, step: 0, seed: 3 })).dataSync()
  assertClose(numbers(probabilities?.data), [...want])
  assert.ok(Buffer.from(file).includes(JSON.stringify(classes)))
})

test('a layer that cannot be said in ONNX is named', () => {
  const spec = modelSpec.parse(merging('Dot', { axes: 1 }))
  const weight = (name: string, shape: number[]) => ({
    name,
    shape,
    data: new Uint8Array(4 * shape.reduce((product, size) => product * size, 1)),
  })
  const tensors = ['left', 'right'].flatMap((name) => [
    weight(`${name}/kernel`, [7, 6]),
    weight(`${name}/bias`, [6]),
  ])
  const network = { spec, shape: [7], classes: classes.length, tensors }
  const member = { network, normalisation: plainNormalisation([7]), weight: 1 }
  assert.throws(() => onnxModel(fileOf([member], [7])), {
    name: 'UserError',
    message:
      'While writing an ONNX file: layer "both" (Dot) is of a class that cannot be said in ONNX here; export the model as tfjs, or its weights as safetensors.',
  })
})

async function trained(spec: ModelSpec, shape: number[], seed: number) {
  await tf.setBackend('cpu')
  const model = await buildModel(spec, { shape, classes: classes.length }, seed)
  disturb(model)
  const x = tf.randomUniform([6, ...shape], -2, 2, 'float32', 1)
  const probabilities = tf.softmax(model.forward(x, { training: false, step: 0, seed }))
  const want = [...probabilities.dataSync()]
  const network = { spec, shape, classes: classes.length, tensors: await weightsOf(model) }
  model.dispose()
  const member: OnnxMember = { network, normalisation: plainNormalisation(shape), weight: 1 }
  return { member, want, x: Float32Array.from(x.dataSync()) }
}

const plainNormalisation = (shape: readonly number[]) => {
  const channels = shape.at(-1) ?? 1
  return { mean: Array<number>(channels).fill(0), std: Array<number>(channels).fill(1) }
}

const fileOf = (members: readonly OnnxMember[], shape: number[]) => ({
  members,
  combined: 'mean' as const,
  input: { shape, dtype: 'float32' as const, classes },
  metadata: {},
})

async function answer(file: Uint8Array, x: Float32Array, shape: readonly number[]) {
  const session = await ort.InferenceSession.create(file)
  const { probabilities, label } = await session.run({ input: new ort.Tensor('float32', x, [6, ...shape]) })
  return { probabilities: numbers(probabilities?.data), labels: numbers(label?.data) }
}

const numbers = (data: ort.Tensor['data'] | undefined): number[] => Array.from(data ?? [], Number)

function assertClose(got: readonly number[], want: readonly number[]): void {
  assert.equal(got.length, want.length)
  assert.ok(
    want.some((p) => p > 0.25),
    'the probabilities say something',
  )
  for (const [i, p] of want.entries())
    assert.ok(Math.abs((got[i] ?? Number.NaN) - p) < 1e-5, `${got[i]} for ${p}`)
}

function argmaxes(probabilities: readonly number[]): number[] {
  const rows = Array.from({ length: probabilities.length / classes.length }, (_, row) =>
    probabilities.slice(row * classes.length, (row + 1) * classes.length),
  )
  return rows.map((row) => row.indexOf(Math.max(...row)))
}

const rowsToOne = (values: readonly number[]): number[] =>
  values.map((value, i) => {
    const from = i - (i % classes.length)
    return value / values.slice(from, from + classes.length).reduce((sum, each) => sum + each, 0)
  })

/** Statistics and biases away from what they begin with, so that none can be mistaken for another. */
function disturb(model: Model): void {
  for (const variable of [...model.variables, ...model.statistics]) {
    const rng = random(9, variable.name)
    const values = [...variable.dataSync()].map((v) => v + 0.3 * rng.next())
    const moved = tf.tensor(values, variable.shape)
    variable.assign(moved)
    moved.dispose()
  }
}
