import assert from 'node:assert/strict'
import { test } from 'node:test'
import { layersOf, readTopology } from '../../../../shared/model/topology.ts'
import { loadSimd } from '../../../../src-main/engine/simd/load.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import { topologyOf } from '../../../../src-main/export/tfjs/networks.ts'
import { buildModel } from '../../../../src-main/trainer/models/index.ts'
import { dot, gradientsOf, norm, normals, slopeAlong, someLabels } from './support.ts'

/*
 * VGG's widths are fixed and its images have 32×32 pixels at least, too much for the reference: what the suites of the other
 * models ask is asked here of VGG-11, once, on the processor's own kernels.
 */

const input = { shape: [32, 35, 1], classes: 3 }
const spec = { kind: 'vgg', depth: 11 } as const

test('vgg: sizes of its stages, a gradient for each weight, and central differences at both ends', async () => {
  await loadSimd({ threads: 2 })
  const before = tf.memory().numTensors
  const model = await buildModel(spec, input, 11)
  assert.equal(
    model.layers.reduce((sum, { parameters }) => sum + parameters, 0),
    model.parameterCount,
  )
  // The weights that are exported find their layers by name.
  assert.deepEqual(
    layersOf(readTopology(topologyOf(spec, input.shape, input.classes)))
      .filter(({ class_name }) => /^(Conv2D|BatchNormalization|Dense)$/.test(class_name))
      .map(({ config }) => config.name),
    [...new Set(model.variables.map(({ name }) => name.slice(0, name.lastIndexOf('/'))))],
  )
  const pools = model.layers.filter(({ name }) => name.endsWith('/pool')).map((layer) => layer.outputShape)
  assert.deepEqual(pools, [
    [16, 17, 64],
    [8, 8, 128],
    [4, 4, 256],
    [2, 2, 512],
    [1, 1, 512],
  ])
  const [x, labels] = [normals('x', [4, ...input.shape]), someLabels(4, input.classes)]
  const { gradients } = await gradientsOf(model, x, labels)
  for (const variable of model.variables) {
    const gradient = gradients.get(variable.name)
    assert.ok(gradient, `${variable.name} has no gradient`)
    const length = norm(gradient)
    assert.ok(length > 1e-3, `${variable.name} has a gradient of ${length}`)
    if (!['stage1/conv1/kernel', 'stage3/bn2/gamma', 'output/kernel'].includes(variable.name)) continue
    const along = gradient.map((value) => value / length)
    const error = Math.abs(slopeAlong(variable, along, [model, x, labels]) - dot(gradient, along))
    assert.ok(error < 0.01 * length, `${variable.name}: off by ${error} of ${length}`)
  }
  model.dispose()
  tf.dispose([x, labels])
  assert.equal(tf.memory().numTensors, before)
})

test('vgg: its exported topology names the layers of configuration A in their order', () => {
  const layers = layersOf(readTopology(topologyOf(spec, input.shape, input.classes)))
  const unit = (name: string) => [`Conv2D ${name}`, 'BatchNormalization', 'Activation']
  assert.deepEqual(
    layers.map(({ class_name, config }) =>
      class_name === 'Conv2D' ? `${class_name} ${config.filters}` : class_name,
    ),
    [
      'InputLayer',
      ...unit('64'),
      'MaxPooling2D',
      ...unit('128'),
      'MaxPooling2D',
      ...unit('256'),
      ...unit('256'),
      'MaxPooling2D',
      ...unit('512'),
      ...unit('512'),
      'MaxPooling2D',
      ...unit('512'),
      ...unit('512'),
      'MaxPooling2D',
      'GlobalAveragePooling2D',
      'Dense',
    ],
  )
})
