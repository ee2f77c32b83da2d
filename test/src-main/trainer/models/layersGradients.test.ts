import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import * as tfl from '@tensorflow/tfjs-layers'
import { trainableCells, trainableLayers } from '../../../../shared/model/trainableLayers.ts'
import type { ModelSpec } from '../../../../shared/run/spec.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import { buildModel } from '../../../../src-main/trainer/models/index.ts'
import { deviceUnderTest, switchTo } from '../../engine/deviceUnderTest.ts'
import { celled, dilated, filmed, resetAfter, resized } from './kerasTopologies.ts'
import { gradientsOf, norm, normals, slopeAlong, someLabels } from './support.ts'
import {
  attentive,
  convolutional,
  input,
  masked,
  merged,
  mlp,
  noisy,
  others,
  pooled,
  recurrent,
  specOf,
  specOfModel,
  volumes,
} from './topologies.ts'

/*
 * The gradients of topologies of the user's own, as the device under test gives them, against those of the reference and
 * against central differences of the reference's loss.
 */

/**
 * Of lengths. TensorFlow and the programs of webgpu add in float32 in orders of their own: 1.3e-5 and 1.2e-5 are the worst
 * measured.
 */
const closeness = deviceUnderTest === 'cuda' || deviceUnderTest === 'webgpu' ? 3e-5 : 1e-5

afterEach(() => tf.disposeVariables())

/** A key's bias is added to all scores of a target alike, and the softmax takes it away again: its gradient is 0. */
const negligible = 1e-7

const subjects = {
  mlp,
  convolutional,
  others,
  pooled,
  merged,
  noisy,
  recurrent,
  masked,
  attentive,
  volumes,
  resetAfter,
  filmed,
  celled,
  resized,
  dilated,
}

async function specFrom(make: (typeof subjects)[keyof typeof subjects]) {
  await switchTo('cpu')
  const made = make()
  if ('kind' in made) return made
  return made instanceof tfl.LayersModel ? specOfModel(made) : specOf(made)
}

test('every layer that can be trained is in one of these topologies', async () => {
  const specs = JSON.stringify(await Promise.all(Object.values(subjects).map(specFrom)))
  const found = new Set(Array.from(specs.matchAll(/"class_name":"(\w+)"/g), ([, name]) => name))
  assert.deepEqual(
    Object.keys({ ...trainableLayers, ...trainableCells }).filter((name) => !found.has(name)),
    [],
  )
})

for (const [name, make] of Object.entries(subjects)) {
  test(`${name}: gradients match central differences and nothing leaks`, async () => {
    const spec = await specFrom(make)
    await switchTo()
    const gradients = await differentiate(spec)
    await switchTo('cpu')
    const expected = await differentiate(spec)
    const model = await buildModel(spec, input, 1)
    const [x, labels] = [normals('x', [4, 36]), someLabels(4, 3)]
    for (const variable of model.variables) {
      const [gradient, reference] = [gradients.get(variable.name), expected.get(variable.name)]
      assert.ok(gradient && reference, variable.name)
      if (norm(reference) < negligible) {
        assert.ok(norm(gradient) < negligible, `${variable.name}: ${norm(gradient)} where there is none`)
        continue
      }
      const apart = norm(gradient.map((value, i) => value - (reference[i] ?? Number.NaN))) / norm(reference)
      assert.ok(apart < closeness, `${variable.name}: ${apart} from the reference`)
      // On another device the reference's gradients have been held against differences already, without that device.
      if (deviceUnderTest !== 'cpu') continue
      const direction = gradient.map((value) => value / norm(gradient))
      const error = Math.abs(slopeAlong(variable, direction, [model, x, labels]) - norm(gradient))
      // Wide, for the corners of LeakyReLU and PReLU that the step crosses. The difference of two losses near 1 has the
      // seventh digit of these, over a step of 0.001.
      assert.ok(
        error < 0.03 * norm(gradient) + 1e-4,
        `${variable.name}: off by ${error} of ${norm(gradient)}`,
      )
    }
    model.dispose()
    tf.dispose([x, labels])
  })
}

async function differentiate(spec: ModelSpec): Promise<Map<string, Float64Array>> {
  const start = tf.memory().numTensors
  const model = await buildModel(spec, input, 1)
  const [x, labels] = [normals('x', [4, 36]), someLabels(4, 3)]
  const before = tf.memory().numTensors
  const { gradients } = await gradientsOf(model, x, labels)
  assert.equal(tf.memory().numTensors, before)
  model.dispose()
  tf.dispose([x, labels])
  assert.equal(tf.memory().numTensors, start)
  return gradients
}
