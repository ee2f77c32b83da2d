import assert from 'node:assert/strict'
import { afterEach, before, test } from 'node:test'
import { random } from '../../../../shared/random.ts'
import type { ModelSpec } from '../../../../shared/run/spec.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import { buildModel, type Model } from '../../../../src-main/trainer/models/index.ts'
import { dot, gradientsOf, lossValue, norm, normals, someLabels } from './support.ts'

/*
 * Each variable's gradient against central differences of the loss, along the gradient and along two random
 * directions. A direction moves all entries a little instead of one a lot, so few units cross the corner of a ReLU or
 * a max pool. With this h the worst error measured is 0.4 % of the gradient's length: larger ones cross more corners,
 * smaller ones drown in the rounding of the loss, which is near 1 (1e-7 / 2h).
 */
const h = 0.0005
const tolerance = 0.01

const cases: [name: string, spec: ModelSpec, shape: number[]][] = [
  ['softmax', { kind: 'softmax' }, [3, 3, 2]],
  ['mlp with dropout', { kind: 'mlp', hidden: [9, 7], dropout: 0.3 }, [10]],
  ['cnn with dropout', { kind: 'cnn', filters: [4, 5], dense: 6, dropout: 0.2 }, [9, 8, 2]],
  ['resnet of even size', { kind: 'resnet', depth: 8 }, [8, 8, 2]],
  ['resnet of odd size', { kind: 'resnet', depth: 8 }, [7, 5, 1]],
  ['wrn with dropout', { kind: 'wrn', depth: 10, widen: 1, dropout: 0.2 }, [6, 6, 2]],
]

before(async () => {
  await tf.setBackend('cpu')
})

// A failed test must not leave its names taken for the next.
afterEach(() => tf.disposeVariables())

for (const [name, spec, shape] of cases) {
  test(name, async () => {
    const classes = 3
    const model = await buildModel(spec, { shape, classes }, 11)
    perturb(model)
    const x = normals('x', [5, ...shape])
    const labels = someLabels(5, classes)
    const { gradients } = gradientsOf(model, x, labels)
    for (const variable of model.variables) {
      const gradient = gradients.get(variable.name)
      assert.ok(gradient, `${variable.name} has no gradient`)
      assert.ok(norm(gradient) > 1e-3, `${variable.name} has a gradient of ${norm(gradient)}`)
      for (const direction of directions(variable.name, gradient)) {
        const slope = slopeAlong(variable, direction, () => lossValue(model, x, labels))
        const error = Math.abs(slope - dot(gradient, direction))
        const bound = tolerance * norm(gradient)
        assert.ok(error < bound, `${variable.name}: off by ${error}, more than ${bound}`)
      }
    }
    model.dispose()
    tf.dispose([x, labels])
  })
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

function slopeAlong(variable: tf.Variable, direction: Float64Array, loss: () => number): number {
  const start = tf.clone(variable)
  const moved = (by: number): number => {
    tf.tidy(() => {
      const change = tf.tensor(Float32Array.from(direction), variable.shape)
      variable.assign(tf.add(start, tf.mul(change, by)))
    })
    return loss()
  }
  const slope = (moved(h) - moved(-h)) / (2 * h)
  variable.assign(start)
  start.dispose()
  return slope
}
