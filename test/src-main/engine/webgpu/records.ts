import assert from 'node:assert/strict'
import type { OptimizerSpec } from '../../../../shared/run/spec.ts'
import { offerRecorder, type StepRecord } from '../../../../src-main/engine/recording.ts'
import { selectEngine } from '../../../../src-main/engine/select.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import type { Model } from '../../../../src-main/trainer/models/index.ts'
import type { TrainOptimizer } from '../../../../src-main/trainer/optimizers/index.ts'
import { type Case, counted, mlp, models, rules, run } from '../../trainer/recordCases.ts'

/* Steps that are given from a record beside the same steps on tfjs's tape: bit for bit, whatever a step does. */

await selectEngine('webgpu')
// It looks for the GPU as it is loaded.
const { recordOnWebgpu } = await import('../../../../src-main/engine/webgpu/record.ts')

const { RecordingBackend } = await import('../../../../src-main/engine/webgpu/backend.ts')

async function same(given: Case, records = 1, replays = 5): Promise<void> {
  offerRecorder(() => undefined)
  const tape = await run(given)
  assert.ok(JSON.stringify(tape.found).indexOf('null') < 0, 'finite losses')
  const count = { records: 0, replays: 0 }
  offerRecorder((source): StepRecord | undefined => {
    const record = recordOnWebgpu(source)
    if (record === undefined) return undefined
    count.records++
    return counted(record, () => count.replays++)
  })
  const what = JSON.stringify(given)
  assert.deepEqual(await run(given), tape, what)
  assert.deepEqual(count, { records, replays: records === 0 ? 0 : replays }, what)
  assert.equal(tf.memory().numTensors, 0, `${what} leaves a tensor behind`)
}

// Two examples are enough for a ResNet. A wide one has no other kernels.
for (const model of models())
  if (model.kind !== 'wrn') await same({ model, ...(model.kind === 'resnet' && { examples: () => 2 }) })
for (const optimizer of rules) await same({ model: mlp, optimizer })
const clipping = { by: 'norm', limit: 0.01 } as const
await same({ model: mlp, recipe: { labelSmoothing: 0, clipping }, mixup: true })

// A momentum that is 0 for a step, and a batch of another size: two records, which take turns on the same buffers.
const momenta = [0.9, 0.5, 0, 0.8, 0.95]
await same({ model: mlp, settings: (step) => ({ lr: 0.02, momentum: momenta[step] ?? 0 }) }, 2)
await same({ model: mlp, examples: (step) => (step === 2 ? 4 : 6) }, 2)

// Weights set from outside are taken as they are, and who shares them keeps the old ones.
const kept: tf.Tensor[] = []
let before: ArrayLike<number> | undefined
await same({
  model: mlp,
  async between(step: number, { variables: [first] }: Model) {
    if (first === undefined) throw new Error('a model has weights')
    if (step === 1) tf.tidy(() => first.assign(tf.mul(first, 0.5)))
    if (step === 2) {
      kept.push(tf.clone(first))
      before = await first.data()
    }
    if (step !== 4) return
    assert.deepEqual(await kept[0]?.data(), before)
    assert.notDeepEqual(await first.data(), before)
    tf.dispose(kept.splice(0))
  },
})

// Weights that are read after each step, as snapshots are.
const read: unknown[] = []
const between = async (_: number, { variables: [first] }: Model) => void read.push(await first?.data())
await same({ model: mlp, between })
assert.deepEqual(read.slice(5), read.slice(0, 5))

// An optimizer whose state is replaced, and one that begins anew, are recorded anew.
async function replaced(step: number, { variables }: Model, optimizer: TrainOptimizer) {
  if (step === 3) optimizer.dispose()
  if (step !== 1) return
  const state = optimizer.state().map(({ name, tensor }) => ({ name, tensor: tf.mul(tensor, 0.5) }))
  optimizer.restore(state, optimizer.scalars(), variables)
  tf.dispose(state.map(({ tensor }) => tensor))
}
const adam: Partial<OptimizerSpec> = { kind: 'adam' }
await same({ model: mlp, optimizer: adam, between: replaced }, 3)

// Weights and state lie there twice, and change places.
let [stored, taken] = [0, 0]
await same({
  model: { kind: 'mlp', hidden: [300], dropout: 0 },
  optimizer: adam,
  between(step, { variables }, optimizer) {
    const backend = tf.backend()
    assert.ok(backend instanceof RecordingBackend)
    const tensors = [...variables, ...optimizer.state().map(({ tensor }) => tensor)]
    if (step === 4) stored = tensors.reduce((sum, { size }) => sum + 4 * size, 0)
    if (step === 4) taken = backend.bufferManager.numBytesUsed
  },
})
assert.ok(taken < 2.5 * stored, `${taken} bytes are taken for ${stored} of weights and state`)
process.exit(0)
