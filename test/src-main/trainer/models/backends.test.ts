import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import type { ModelSpec } from '../../../../shared/run/spec.ts'
import type { Engine } from '../../../../src-main/engine/select.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import { buildModel } from '../../../../src-main/trainer/models/index.ts'
import { deviceUnderTest, switchTo } from '../../engine/deviceUnderTest.ts'
import { gradientsOf, norm, normals, numbersOf, someLabels, training } from './support.ts'

/* Every model trains on every backend, and one step on any of them is the step of the slow reference. */

const specs: { spec: ModelSpec; shape: number[] }[] = [
  { spec: { kind: 'softmax' }, shape: [7, 5, 2] },
  { spec: { kind: 'mlp', hidden: [20, 10], dropout: 0.2 }, shape: [30] },
  { spec: { kind: 'cnn', filters: [5, 6], dense: 12, dropout: 0.2 }, shape: [9, 10, 3] },
  { spec: { kind: 'resnet', depth: 14 }, shape: [9, 8, 3] },
  { spec: { kind: 'wrn', depth: 10, widen: 2, dropout: 0.2 }, shape: [8, 7, 1] },
  { spec: { kind: 'densenet', depth: 10, growth: 3, bc: false, dropout: 0.2 }, shape: [9, 8, 3] },
]

afterEach(() => tf.disposeVariables())

async function step(device: Engine['name'], spec: ModelSpec, shape: number[]) {
  await switchTo(device)
  const model = await buildModel(spec, { shape, classes: 4 }, 1)
  const [x, labels] = [normals('x', [6, ...shape]), someLabels(6, 4)]
  const { loss, gradients } = await gradientsOf(model, x, labels, training)
  const statistics = await Promise.all(model.statistics.map(numbersOf))
  model.dispose()
  tf.dispose([x, labels])
  return { loss, gradients, statistics }
}

const devices = deviceUnderTest === 'cpu' ? (['wasm', 'simd'] as const) : [deviceUnderTest]
const subjects = devices.flatMap((device) => specs.map((each) => ({ ...each, device })))

for (const { spec, shape, device } of subjects) {
  test(`${spec.kind} on ${device}: loss, gradients and statistics of the cpu backend`, async () => {
    const expected = await step('cpu', spec, shape)
    const actual = await step(device, spec, shape)
    assert.ok(Math.abs(actual.loss - expected.loss) < 1e-5, `${actual.loss} is not ${expected.loss}`)
    for (const [name, gradient] of expected.gradients) {
      const difference = gradient.map((value, i) => value - (actual.gradients.get(name)?.[i] ?? Number.NaN))
      // Float32 sums in another order through fourteen layers; the worst measured is 2e-6.
      assert.ok(norm(difference) < 5e-5 * norm(gradient), `${name}: ${norm(difference) / norm(gradient)}`)
    }
    for (const [i, statistic] of expected.statistics.entries()) {
      const difference = statistic.map((value, j) => value - (actual.statistics[i]?.[j] ?? Number.NaN))
      assert.ok(norm(difference) < 1e-5 * norm(statistic))
    }
  })
}
