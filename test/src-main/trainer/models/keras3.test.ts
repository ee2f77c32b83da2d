import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { afterEach, before, test } from 'node:test'
import * as tf from '../../../../src-main/engine/tf.ts'
import { buildModel } from '../../../../src-main/trainer/models/index.ts'
import { evaluating, normals } from './support.ts'
import { input, json } from './topologies.ts'

/* Topologies as Keras 3 itself wrote them (keras3/make.py), whose parameters Keras counts. */

before(async () => {
  await tf.setBackend('cpu')
})
afterEach(() => tf.disposeVariables())

const trainable = {
  // Conv2D 3·3·4 + 4, normalisation 2·4, dense 64·3 + 3.
  sequential: 40 + 8 + 195,
  // Two of 36·4 + 4, and 4·3 + 3.
  functional: 2 * 148 + 15,
}
for (const [name, parameters] of Object.entries(trainable)) {
  test(`a ${name} model of Keras 3 is read`, async () => {
    const text = readFileSync(new URL(`keras3/${name}.json`, import.meta.url), 'utf8')
    const model = await buildModel({ kind: 'layers', topology: json.parse(JSON.parse(text)) }, input, 1)
    assert.equal(model.parameterCount, parameters)
    assert.deepEqual(model.forward(normals('x', [2, 36]), evaluating).shape, [2, 3])
    model.dispose()
  })
}
