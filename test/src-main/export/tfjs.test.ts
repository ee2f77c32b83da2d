import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tfl from '@tensorflow/tfjs-layers'
import { random } from '../../../shared/random.ts'
import { type ModelSpec, modelSpec } from '../../../shared/run/spec.ts'
import * as tf from '../../../src-main/engine/tf.ts'
import { layersModelFiles } from '../../../src-main/export/tfjs/layersModel.ts'
import { weightsOf } from '../../../src-main/trainer/checkpoint.ts'
import { buildModel, type Model } from '../../../src-main/trainer/models/index.ts'
import '@tensorflow/tfjs-backend-cpu'

/* What is exported must answer as the trainer's own model does, for every kind of model. */

const classes = 5
const image = [9, 8, 2]
const cases: [name: string, spec: unknown, shape: number[]][] = [
  ['softmax on a table', { kind: 'softmax' }, [7]],
  ['softmax on images', { kind: 'softmax' }, image],
  ['mlp', { kind: 'mlp', hidden: [11, 6], dropout: 0.3 }, image],
  ['cnn', { kind: 'cnn', filters: [4, 6], dense: 9, dropout: 0.2 }, image],
  ['resnet, whose shortcuts stride over odd sizes and gain channels', { kind: 'resnet', depth: 8 }, image],
  ['resnet with two blocks a group', { kind: 'resnet', depth: 14 }, [8, 8, 3]],
  ['wide resnet', { kind: 'wrn', depth: 16, widen: 1, dropout: 0.1 }, image],
  ['densenet', { kind: 'densenet', depth: 13, growth: 3, dropout: 0.1 }, image],
  ['densenet with bottlenecks', { kind: 'densenet', depth: 16, growth: 3, bc: true }, image],
  ['a sequential topology that ends in softmax', layers(sequential('softmax')), [7]],
  ['a sequential topology that ends in logits', layers(sequential('linear')), [7]],
  ['a functional topology that ends in logits', layers(functional()), [7]],
]

for (const [name, input, shape] of cases) {
  test(`exported ${name} gives the probabilities of the trained model`, async () => {
    await tf.setBackend('cpu')
    const spec = modelSpec.parse(input)
    const model = await buildModel(spec, { shape, classes }, 3)
    disturb(model)
    const x = tf.randomUniform([6, ...shape], -2, 2, 'float32', 1)
    const trained = tf.softmax(model.forward(x, { training: false, step: 0, seed: 3 }))
    const want = trained.dataSync()
    const tensors = await weightsOf(model)
    model.dispose()
    const loaded = await loadExported(spec, shape, tensors)
    assert.deepEqual(loaded.inputs[0]?.shape.slice(1), shape)
    const answer = loaded.predict(x)
    assert.ok(answer instanceof tf.Tensor)
    assert.deepEqual(answer.shape, [6, classes])
    const got = answer.dataSync()
    assert.ok(
      want.some((p) => p > 0.25),
      'the probabilities say something',
    )
    for (const [i, p] of want.entries())
      assert.ok(Math.abs((got[i] ?? Number.NaN) - p) < 2e-6, `${got[i]} for ${p}`)
    loaded.dispose()
    tf.dispose([x, trained, answer])
  })
}

test('how inputs are normalised travels along', async () => {
  const files = layersModelFiles({
    spec: { kind: 'softmax' },
    shape: [2],
    classes,
    tensors: [],
    metadata: { normalisation: { mean: [1, 2], std: [3, 4] } },
  })
  const model = JSON.parse(String(files.find(({ name }) => name === 'model.json')?.chunks[0]))
  assert.deepEqual(model.userDefinedMetadata, { normalisation: { mean: [1, 2], std: [3, 4] } })
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

async function loadExported(
  spec: ModelSpec,
  shape: number[],
  tensors: Awaited<ReturnType<typeof weightsOf>>,
) {
  const files = layersModelFiles({ spec, shape, classes, tensors, metadata: {} })
  const content = (name: string): Buffer =>
    Buffer.concat((files.find((file) => file.name === name)?.chunks ?? []).map((chunk) => Buffer.from(chunk)))
  const { modelTopology, weightsManifest } = JSON.parse(content('model.json').toString('utf8'))
  const weightSpecs = weightsManifest[0].weights
  const weightData = new Uint8Array(content('weights.bin')).buffer
  return tfl.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData }))
}

function layers(topology: object) {
  return { kind: 'layers', topology }
}

function dense(name: string | undefined, units: number, activation: string, more: object = {}) {
  return { class_name: 'Dense', config: { ...(name && { name }), units, activation, ...more } }
}

function sequential(activation: string) {
  return {
    class_name: 'Sequential',
    config: {
      layers: [
        dense(undefined, 6, 'relu', { batch_input_shape: [null, 7] }),
        dense('end', classes, activation),
      ],
    },
  }
}

function functional() {
  const at = (name: string) => [[[name, 0, 0, {}]]]
  return {
    modelTopology: {
      class_name: 'Model',
      config: {
        name: 'own',
        layers: [
          {
            class_name: 'InputLayer',
            name: 'in',
            config: { batch_input_shape: [null, 7], name: 'in' },
            inbound_nodes: [],
          },
          { ...dense('a', 6, 'relu'), name: 'a', inbound_nodes: at('in') },
          { class_name: 'BatchNormalization', config: { name: 'bn' }, name: 'bn', inbound_nodes: at('a') },
          { ...dense('b', classes, 'linear'), name: 'b', inbound_nodes: at('bn') },
        ],
        input_layers: [['in', 0, 0]],
        output_layers: [['b', 0, 0]],
      },
    },
  }
}
