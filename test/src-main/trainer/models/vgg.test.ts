import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tfl from '@tensorflow/tfjs-layers'
import { countParameters } from '../../../../shared/model/parameterCount.ts'
import { loadSimd } from '../../../../src-main/engine/simd/load.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import { layersModelFiles } from '../../../../src-main/export/tfjs/layersModel.ts'
import { weightsOf } from '../../../../src-main/trainer/checkpoint.ts'
import { buildModel } from '../../../../src-main/trainer/models/index.ts'
import { dot, evaluating, gradientsOf, norm, normals, slopeAlong, someLabels, training } from './support.ts'

/*
 * VGG's widths are fixed and its images have 32×32 pixels at least, too much for the reference: what the suites of the other
 * models ask is asked here of VGG-11, once, on the processor's own kernels.
 */
test('vgg: layers, gradients along themselves, and the probabilities of its export', async () => {
  await loadSimd({ threads: 2 })
  const input = { shape: [32, 35, 1], classes: 3 }
  const spec = { kind: 'vgg', depth: 11 } as const
  const before = tf.memory().numTensors
  const model = await buildModel(spec, input, 11)
  assert.equal(model.parameterCount, countParameters(spec, input))
  assert.equal(
    model.layers.reduce((sum, { parameters }) => sum + parameters, 0),
    model.parameterCount,
  )
  const sides = model.layers.filter(({ name }) => name.endsWith('/pool')).map((layer) => layer.outputShape)
  assert.deepEqual(sides, [
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
    const along = gradient.map((value) => value / length)
    const error = Math.abs(slopeAlong(variable, along, [model, x, labels]) - dot(gradient, along))
    assert.ok(error < 0.02 * length, `${variable.name}: off by ${error} of ${length}`)
  }

  model.forward(x, { ...training, statisticsRate: 1 }).dispose()
  const wanted = tf.tidy(() => tf.softmax(model.forward(x, evaluating)).dataSync())
  const tensors = await weightsOf(model)
  model.dispose()
  const files = layersModelFiles({ spec, ...input, classes: input.classes, tensors, metadata: {} })
  const content = (name: string): Buffer =>
    Buffer.concat((files.find((file) => file.name === name)?.chunks ?? []).map((chunk) => Buffer.from(chunk)))
  const { modelTopology, weightsManifest } = JSON.parse(content('model.json').toString('utf8'))
  const weightData = new Uint8Array(content('weights.bin')).buffer
  const weightSpecs = weightsManifest[0].weights
  const loaded = await tfl.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData }))
  const answer = loaded.predict(x)
  assert.ok(answer instanceof tf.Tensor)
  for (const [i, p] of answer.dataSync().entries()) assert.ok(Math.abs(p - (wanted[i] ?? Number.NaN)) < 1e-5)
  loaded.dispose()
  tf.dispose([x, labels, answer])
  assert.equal(tf.memory().numTensors, before)
})
