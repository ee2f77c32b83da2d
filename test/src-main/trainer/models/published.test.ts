import assert from 'node:assert/strict'
import { afterEach, before, test } from 'node:test'
import '@tensorflow/tfjs-backend-cpu'
import { countParameters } from '../../../../shared/model/parameterCount.ts'
import type { ModelSpec } from '../../../../shared/run/spec.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import { buildModel, type Model } from '../../../../src-main/trainer/models/index.ts'

const cifar = { shape: [32, 32, 3], classes: 10 }

before(async () => {
  await tf.setBackend('cpu')
})
afterEach(() => tf.disposeVariables())

/** Millions of parameters: He et al. 2016, table 6. */
const resnets = [
  { depth: 20, millions: 0.27, exact: 269_722 },
  { depth: 32, millions: 0.46, exact: 464_154 },
  { depth: 44, millions: 0.66, exact: 658_586 },
  { depth: 56, millions: 0.85, exact: 853_018 },
  { depth: 110, millions: 1.7, exact: 1_727_962 },
]

/**
 * Counted from section 4.2 by hand: the first convolution; in each group 2n of 3×3 (the first of a group widens), a
 * scale and a shift a channel after each of them; the dense layer. Shortcuts have none.
 */
function resnetCount(depth: number): number {
  const n = (depth - 2) / 6
  const group = (from: number, to: number) => 9 * to * (from + (2 * n - 1) * to) + 2 * n * 2 * to
  return 9 * 3 * 16 + 2 * 16 + group(16, 16) + group(16, 32) + group(32, 64) + 64 * 10 + 10
}

for (const { depth, millions, exact } of resnets) {
  test(`ResNet-${depth} has ${millions} M parameters`, async () => {
    const model = await buildModel({ kind: 'resnet', depth }, cifar, 1)
    assert.equal(model.parameterCount, exact)
    assert.equal(model.parameterCount, resnetCount(depth))
    assert.equal(Number((model.parameterCount / 1e6).toFixed(millions < 1 ? 2 : 1)), millions)
    const convolutions = model.layers.filter(({ name }) => name.includes('conv') && !name.endsWith('bn'))
    assert.equal(convolutions.length + 1, depth, 'weighted layers: convolutions and the dense one')
    model.dispose()
  })
}

/** Millions of parameters: Zagoruyko and Komodakis 2016, the tables of section 3. */
const wides = [
  { depth: 40, widen: 1, millions: 0.6 },
  { depth: 16, widen: 4, millions: 2.7 },
  { depth: 16, widen: 8, millions: 11 },
  { depth: 28, widen: 10, millions: 36.5 },
]

/** Counted from table 1 by hand, with normalisation in front of every convolution of a block and after the last. */
function wideCount(depth: number, widen: number): number {
  const n = (depth - 4) / 6
  const group = (from: number, to: number): number => {
    const convolutions = 9 * to * (from + (2 * n - 1) * to) + (from === to ? 0 : from * to)
    return convolutions + 2 * (from + (2 * n - 1) * to)
  }
  const [a, b, c] = [16 * widen, 32 * widen, 64 * widen]
  return 9 * 3 * 16 + group(16, a) + group(a, b) + group(b, c) + 2 * c + c * 10 + 10
}

for (const { depth, widen, millions } of wides) {
  test(`WRN-${depth}-${widen} has ${millions} M parameters`, async () => {
    const model = await buildModel({ kind: 'wrn', depth, widen, dropout: 0 }, cifar, 1)
    assert.equal(model.parameterCount, wideCount(depth, widen))
    assert.equal(Number((model.parameterCount / 1e6).toFixed(1)), millions)
    model.dispose()
  })
}

/** Millions of parameters: Huang et al. 2017, table 2. */
const denseNets = [
  { depth: 40, growth: 12, bc: false, millions: 1.0, exact: 1_019_722 },
  { depth: 100, growth: 12, bc: false, millions: 7.0 },
  { depth: 100, growth: 24, bc: false, millions: 27.2 },
  { depth: 100, growth: 12, bc: true, millions: 0.8, exact: 769_162 },
  { depth: 250, growth: 24, bc: true, millions: 15.3 },
  { depth: 190, growth: 40, bc: true, millions: 25.6 },
]

for (const { millions, exact, ...sizes } of denseNets) {
  const name = `DenseNet-${sizes.bc ? 'BC-' : ''}${sizes.depth}-${sizes.growth}`
  test(`${name} has ${millions} M parameters`, async () => {
    const spec = { kind: 'densenet' as const, ...sizes, dropout: 0 }
    const count = countParameters(spec, cifar)
    assert.equal(Number((count / 1e6).toFixed(1)), millions)
    if (exact === undefined) return
    const model = await buildModel(spec, cifar, 1)
    assert.equal(model.parameterCount, exact)
    assert.equal(count, exact)
    const convolutions = model.layers.filter(({ name }) => /conv\d$/.test(name))
    assert.equal(convolutions.length + 1, sizes.depth, 'weighted layers: convolutions and the dense one')
    assert.deepEqual(shapeOf(model, 'transition1/pool')?.slice(0, 2), [16, 16])
    assert.deepEqual(shapeOf(model, 'transition2/pool')?.slice(0, 2), [8, 8])
    model.dispose()
  })
}

/**
 * Simonyan and Zisserman 2015: columns A, B, D and E of table 1, and the millions of parameters of table 2, where three dense
 * layers read 7×7×512 numbers; `common` is what implementations for CIFAR-10 with one dense layer have.
 */
const vggs = [
  { depth: 11, biases: 64 + 128 + 2 * 256 + 4 * 512, millions: 133, common: 9_231_114 },
  { depth: 13, biases: 2 * (64 + 128 + 256 + 512 + 512), millions: 133, common: 9_416_010 },
  { depth: 16, biases: 2 * (64 + 128) + 3 * (256 + 512 + 512), millions: 138, common: 14_728_266 },
  { depth: 19, biases: 2 * (64 + 128) + 4 * (256 + 512 + 512), millions: 144, common: 20_040_522 },
] as const

for (const { depth, biases, millions, common } of vggs) {
  test(`VGG-${depth} has the ${common} parameters of common implementations, less the biases before normalisation`, () => {
    const count = countParameters({ kind: 'vgg', depth }, cifar)
    assert.equal(count + biases, common)
    const convolutions = count - 2 * biases - (512 * 10 + 10) + biases
    const dense = (7 * 7 * 512 + 1) * 4096 + (4096 + 1) * 4096 + (4096 + 1) * 1000
    assert.equal(Math.round((convolutions + dense) / 1e6), millions)
  })
}

const shapeOf = (model: Model, name: string) => model.layers.find((layer) => layer.name === name)?.outputShape

test('the groups of the residual networks have the sizes of the papers: 32×32, 16×16 and 8×8', async () => {
  const resnet = await buildModel({ kind: 'resnet', depth: 20 }, cifar, 1)
  assert.deepEqual(shapeOf(resnet, 'conv1'), [32, 32, 16])
  for (const [group, shape] of [
    [32, 32, 16],
    [16, 16, 32],
    [8, 8, 64],
  ].entries()) {
    for (const block of [1, 2, 3]) {
      assert.deepEqual(shapeOf(resnet, `group${group + 1}/block${block}/conv2`), shape)
    }
  }
  assert.deepEqual(shapeOf(resnet, 'pool'), [64])
  resnet.dispose()
  const wide = await buildModel({ kind: 'wrn', depth: 16, widen: 4, dropout: 0 }, cifar, 1)
  assert.deepEqual(shapeOf(wide, 'group1/block2/conv2'), [32, 32, 64])
  assert.deepEqual(shapeOf(wide, 'group2/block2/conv2'), [16, 16, 128])
  assert.deepEqual(shapeOf(wide, 'group3/block2/conv2'), [8, 8, 256])
  assert.deepEqual(shapeOf(wide, 'pool'), [256])
  wide.dispose()
})

const small: { spec: ModelSpec; shape: number[]; count: number }[] = [
  { spec: { kind: 'softmax' }, shape: [28, 28, 1], count: 784 * 10 + 10 },
  { spec: { kind: 'mlp', hidden: [300, 100], dropout: 0 }, shape: [28, 28, 1], count: 266_610 },
  {
    spec: { kind: 'cnn', filters: [16, 32], dense: 128, dropout: 0 },
    shape: [28, 28, 1],
    count: 9 * 16 + 16 + 9 * 16 * 32 + 32 + 7 * 7 * 32 * 128 + 128 + 128 * 10 + 10,
  },
]

for (const { spec, shape, count } of small) {
  test(`${spec.kind} has ${count} parameters on 28×28, and the layers list them all`, async () => {
    const model = await buildModel(spec, { shape, classes: 10 }, 1)
    assert.equal(model.parameterCount, count)
    assert.equal(
      model.layers.reduce((sum, layer) => sum + layer.parameters, 0),
      count,
    )
    assert.deepEqual(model.layers.at(-1)?.outputShape, [10])
    model.dispose()
  })
}
