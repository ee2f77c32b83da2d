import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { random } from '../../../../shared/random.ts'
import type { ModelSpec } from '../../../../shared/run/spec.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import { buildModel, type Model } from '../../../../src-main/trainer/models/index.ts'
import { deviceUnderTest, switchTo } from '../../engine/deviceUnderTest.ts'
import { dot, gradientsOf, norm, normals, slopeAlong, someLabels } from './support.ts'

/*
 * Each variable's gradient. That of the reference is held against central differences of its loss, along the gradient and
 * along two random directions: the worst error measured is 0.4 % of the gradient's length. That of another device is held
 * against the reference's, which is closer, and saves the slow reference some hundred losses.
 */
const tolerance = 0.01
const deviceTolerance = 1e-4

const cases: [name: string, spec: ModelSpec, shape: number[]][] = [
  ['softmax', { kind: 'softmax' }, [3, 3, 2]],
  ['mlp with dropout', { kind: 'mlp', hidden: [9, 7], dropout: 0.3 }, [10]],
  ['cnn with dropout', { kind: 'cnn', filters: [4, 5], dense: 6, dropout: 0.2 }, [9, 8, 2]],
  ['resnet of even size', { kind: 'resnet', depth: 8 }, [8, 8, 2]],
  ['resnet of odd size', { kind: 'resnet', depth: 8 }, [7, 5, 1]],
  ['wrn with dropout', { kind: 'wrn', depth: 10, widen: 1, dropout: 0.2 }, [6, 6, 2]],
  [
    'densenet with bottlenecks and dropout, of odd size',
    { kind: 'densenet', depth: 10, growth: 3, bc: true, dropout: 0.2 },
    [9, 11, 1],
  ],
]

// A failed test must not leave its names taken for the next.
afterEach(() => tf.disposeVariables())

for (const [name, spec, shape] of cases) {
  test(name, async () => {
    await switchTo()
    const own = await subject(spec, shape)
    const { gradients } = await gradientsOf(...own)
    dispose(own)
    await switchTo('cpu')
    const reference = await subject(spec, shape)
    if (deviceUnderTest !== 'cpu') {
      const { gradients: expected } = await gradientsOf(...reference)
      assertClose(gradients, expected)
      dispose(reference)
      return
    }
    for (const variable of reference[0].variables) {
      const gradient = gradients.get(variable.name)
      assert.ok(gradient, `${variable.name} has no gradient`)
      assert.ok(norm(gradient) > 1e-3, `${variable.name} has a gradient of ${norm(gradient)}`)
      for (const direction of directions(variable.name, gradient)) {
        const error = Math.abs(slopeAlong(variable, direction, reference) - dot(gradient, direction))
        const bound = tolerance * norm(gradient)
        assert.ok(error < bound, `${variable.name}: off by ${error}, more than ${bound}`)
      }
    }
    dispose(reference)
  })
}

function assertClose(
  gradients: ReadonlyMap<string, Float64Array>,
  expected: ReadonlyMap<string, Float64Array>,
): void {
  assert.deepEqual([...gradients.keys()], [...expected.keys()])
  for (const [name, reference] of expected) {
    const length = norm(reference)
    assert.ok(length > 1e-3, `${name} has a gradient of ${length}`)
    const apart = norm(reference.map((value, i) => value - (gradients.get(name)?.[i] ?? Number.NaN)))
    assert.ok(apart < deviceTolerance * length, `${name}: ${apart} from the reference, of ${length}`)
  }
}

type Subject = readonly [model: Model, x: tf.Tensor, labels: tf.Tensor1D]

async function subject(spec: ModelSpec, shape: readonly number[]): Promise<Subject> {
  const classes = 3
  const model = await buildModel(spec, { shape, classes }, 11)
  perturb(model)
  return [model, normals('x', [5, ...shape]), someLabels(5, classes)]
}

function dispose([model, ...tensors]: Subject): void {
  model.dispose()
  tf.dispose(tensors)
}

/** Moves biases and normalisation off 0 and 1, where wrong terms could vanish. */
function perturb(model: Model): void {
  for (const variable of model.variables) {
    if (variable.rank !== 1) continue
    tf.tidy(() => variable.assign(tf.add(variable, tf.mul(normals(variable.name, variable.shape), 0.2))))
  }
}

function directions(name: string, gradient: Float64Array): Float64Array[] {
  const along = gradient.map((value) => value / norm(gradient))
  const generator = random(3, name)
  const oblique = [0, 1].map(() => {
    const other = gradient.map(() => generator.normal())
    const length = norm(other)
    return along.map((value, i) => (value + (other[i] ?? 0) / length) / Math.SQRT2)
  })
  return [along, ...oblique]
}
