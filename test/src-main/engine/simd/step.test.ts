import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { random } from '../../../../shared/random.ts'
import { type ModelSpec, optimizerSpec } from '../../../../shared/run/spec.ts'
import { loadSimd, simdBackend } from '../../../../src-main/engine/simd/load.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import { buildModel } from '../../../../src-main/trainer/models/index.ts'
import { createOptimizer } from '../../../../src-main/trainer/optimizers/index.ts'
import { trainStep } from '../../../../src-main/trainer/step.ts'

/* Whole training steps: the same bits whoever computes, and a memory that stands still. */

afterEach(() => tf.disposeVariables())

const subjects: { spec: ModelSpec; shape: number[] }[] = [
  { spec: { kind: 'mlp', hidden: [300], dropout: 0.2 }, shape: [20, 20, 1] },
  { spec: { kind: 'cnn', filters: [7, 16], dense: 40, dropout: 0.2 }, shape: [15, 14, 1] },
  { spec: { kind: 'resnet', depth: 8 }, shape: [16, 16, 3] },
  { spec: { kind: 'wrn', depth: 10, widen: 1, dropout: 0.1 }, shape: [12, 12, 3] },
  { spec: { kind: 'densenet', depth: 10, growth: 5, bc: true, dropout: 0 }, shape: [12, 12, 3] },
]

async function steps(
  spec: ModelSpec,
  shape: readonly number[],
  count: number,
  between?: (step: number) => void,
) {
  const model = await buildModel(spec, { shape, classes: 10 }, 1)
  const optimizer = createOptimizer(optimizerSpec.parse({ kind: 'sgd', nesterov: true, weightDecay: 5e-4 }))
  const rng = random(1, 'step test')
  const losses: number[] = []
  for (let step = 0; step < count; step++) {
    const labels = Uint16Array.from({ length: 40 }, () => rng.below(10))
    const values = Float32Array.from({ length: 40 * tf.util.sizeFromShape([...shape]) }, () => rng.normal())
    const batch = {
      x: tf.tensor(values, [40, ...shape]),
      y: tf.tensor1d(Int32Array.from(labels), 'int32'),
      labels,
    }
    losses.push(
      (await trainStep(model, optimizer, batch, { lr: 0.05 }, { step, seed: 1 }, { labelSmoothing: 0.1 }))
        .loss,
    )
    tf.dispose([batch.x, batch.y])
    between?.(step)
  }
  const weights = [...model.variables, ...model.statistics].map((each) => each.dataSync<'float32'>())
  optimizer.dispose()
  model.dispose()
  return { losses, weights }
}

for (const { spec, shape } of subjects) {
  test(`${spec.kind}: the same bits with one thread, two and three, on a second run, and on vectors of four`, async () => {
    const results = []
    const relaxed = { threads: 2, build: 'relaxed' } as const
    for (const options of [{ threads: 1 }, { threads: 2 }, { threads: 3 }, { threads: 2 }, relaxed]) {
      await loadSimd(options)
      results.push(await steps(spec, shape, 4))
    }
    const [first, ...others] = results
    assert.ok(first?.losses.every(Number.isFinite))
    for (const other of others) assert.deepEqual(other, first)
  })

  test(`${spec.kind}: after the first steps no tensor, no byte and no growth is left behind`, async () => {
    await loadSimd({ threads: 2 })
    const { heap } = simdBackend()
    const seen = new Set<string>()
    await steps(spec, shape, 8, (step) => {
      if (step >= 2) seen.add(`${tf.memory().numTensors} ${heap.bytesInUse} ${heap.bytesReserved}`)
    })
    assert.equal(seen.size, 1, [...seen].join('; '))
  })
}
