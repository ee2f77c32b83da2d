import assert from 'node:assert/strict'
import { afterEach, before, test } from 'node:test'
import { UserError } from '../../../../shared/errors.ts'
import { countParameters } from '../../../../shared/model/parameterCount.ts'
import { modelSpec } from '../../../../shared/run/spec.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import { buildModel, refuseOversize } from '../../../../src-main/trainer/models/index.ts'
import './support.ts'

before(async () => {
  await tf.setBackend('cpu')
})
afterEach(() => tf.disposeVariables())

const specs: Parameters<typeof modelSpec.parse>[0][] = [
  { kind: 'softmax' },
  { kind: 'mlp', hidden: [7] },
  { kind: 'mlp', hidden: [5, 9, 3] },
  { kind: 'cnn', filters: [3], dense: 5 },
  { kind: 'cnn', filters: [4, 6, 5], dense: 7 },
  { kind: 'resnet', depth: 8 },
  { kind: 'resnet', depth: 20 },
  { kind: 'wrn', depth: 10, widen: 1 },
  { kind: 'wrn', depth: 16, widen: 2 },
  { kind: 'densenet', depth: 13, growth: 4 },
  { kind: 'densenet', depth: 10, growth: 3, bc: true },
]
for (const given of specs) {
  const spec = modelSpec.parse(given)
  assert.ok(spec.kind !== 'layers')
  for (const shape of [
    [9, 11, 1],
    [8, 8, 3],
  ]) {
    test(`the parameters of ${JSON.stringify(given)} on ${shape} are counted as they are built`, async () => {
      const input = { shape, classes: 6 }
      const model = await buildModel(spec, input, 1)
      assert.equal(countParameters(spec, input), model.parameterCount)
      model.dispose()
    })
  }
}

test('weights, gradients and the state of the optimizer must fit, to the last byte', () => {
  const refused = (error: Error) =>
    error instanceof UserError && /make the model smaller\.$/.test(error.message)
  for (const [optimizer, copies] of [
    ['sgd', 3],
    ['rmsprop', 4],
    ['adam', 4],
    ['adamw', 4],
  ] as const) {
    refuseOversize(100, optimizer, 400 * copies)
    assert.throws(() => refuseOversize(100, optimizer, 400 * copies - 1), refused)
  }
})

test('a state that no message to the host can hold is refused before anything is built', () => {
  // Node writes the length of a message into 32 bits.
  const tooLong = (error: Error) =>
    error instanceof UserError && /must have at most 3\.7 GiB to be stored as a snapshot/.test(error.message)
  for (const [optimizer, numbers] of [
    ['sgd', 2],
    ['adamw', 3],
  ] as const) {
    refuseOversize(Math.floor(4e9 / 4 / numbers), optimizer, Number.POSITIVE_INFINITY)
    assert.throws(() => refuseOversize(2 ** 32 / 4 / numbers, optimizer, Number.POSITIVE_INFINITY), tooLong)
  }
})
