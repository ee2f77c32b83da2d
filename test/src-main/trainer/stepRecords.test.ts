import assert from 'node:assert/strict'
import { after, afterEach, test } from 'node:test'
import { type ModelSpec, optimizerSpec } from '../../../shared/run/spec.ts'
import { timeKernels } from '../../../src-main/engine/kernelTimes.ts'
import { offerRecorder, type StepRecord } from '../../../src-main/engine/recording.ts'
import { SimdBackend } from '../../../src-main/engine/simd/backend.ts'
import { loadSimd, simdBackend } from '../../../src-main/engine/simd/load.ts'
import { recordOnSimd } from '../../../src-main/engine/simd/record.ts'
import * as tf from '../../../src-main/engine/tf.ts'
import { buildModel, type Model } from '../../../src-main/trainer/models/index.ts'
import { createOptimizer, type TrainOptimizer } from '../../../src-main/trainer/optimizers/index.ts'
import { trainStep } from '../../../src-main/trainer/step.ts'
import { WeightAverage } from '../../../src-main/trainer/weightAverage.ts'
import { poisonNewBlocks } from '../engine/simd/poison.ts'
import { attentive, mlp as layersOfMlp, masked, of, recurrent, specOf } from './models/topologies.ts'
import { batchOf, type Case, classes, counted, mlp, models, rules, run, shape } from './recordCases.ts'

/* Steps from a record beside the same steps on tfjs's tape: bit for bit, whatever a step does. */

after(() => offerRecorder(recordOnSimd))
afterEach(() => tf.disposeVariables())

/** @returns what the steps gave, and how many records were made and repeated */
async function recorded(given: Case, threads: number) {
  await loadSimd({ threads })
  poisonNewBlocks()
  const count = { records: 0, replays: 0 }
  offerRecorder((source): StepRecord | undefined => {
    const record = recordOnSimd(source)
    if (record === undefined) return undefined
    count.records++
    return counted(record, () => count.replays++)
  })
  const before = simdBackend().heap.bytesInUse
  const result = await run(given)
  assert.equal(tf.memory().numTensors, 0, 'no tensor is left behind')
  // The kernels' working memory stays.
  assert.ok(simdBackend().heap.bytesInUse - before < 2 ** 20)
  return { result, ...count }
}

async function taped(given: Case) {
  await loadSimd({ threads: 1 })
  offerRecorder(() => undefined)
  return run(given)
}

async function same(given: Case, records = 1, replays = 5): Promise<void> {
  const tape = await taped(given)
  assert.ok(JSON.stringify(tape.found).indexOf('null') < 0, 'finite losses')
  for (const threads of [1, 2]) {
    const { result, ...count } = await recorded(given, threads)
    assert.deepEqual(result, tape)
    assert.deepEqual(count, { records, replays: records === 0 ? 0 : replays })
  }
}

test('every model, and dropout', async () => {
  for (const model of models()) await same({ model })
})

test('every optimizer', async () => {
  for (const optimizer of rules) await same({ model: mlp, optimizer })
})

test('smoothing, clipping by norm and by value, mixed batches', async () => {
  for (const by of ['norm', 'value'] as const) {
    const recipe = { labelSmoothing: 0, clipping: { by, limit: 0.01 } }
    await same({ model: mlp, recipe, mixup: by === 'norm' })
  }
})

test('a momentum that moves, and is 0 for a step', async () => {
  const momenta = [0.9, 0.5, 0, 0.8, 0.95]
  const settings = (step: number) => ({ lr: 0.02, momentum: momenta[step] ?? 0 })
  await same({ model: mlp, settings }, 2)
})

test('batches of another size have a record of their own', async () => {
  await same({ model: mlp, examples: (step) => (step === 2 ? 4 : 6) }, 2)
})

test('weights set from outside are taken as they are, and who shares them keeps the old ones', async () => {
  const kept: tf.Tensor[] = []
  let before: Float32Array | undefined
  const between = (step: number, { variables: [first] }: Model) => {
    if (first === undefined) throw new Error('a model has weights')
    if (step === 1) tf.tidy(() => first.assign(tf.mul(first, 0.5)))
    if (step === 2) {
      kept.push(tf.clone(first))
      before = first.dataSync<'float32'>()
    }
    if (step !== 4) return
    assert.deepEqual(kept[0]?.dataSync(), before)
    assert.notDeepEqual(first.dataSync(), before)
    tf.dispose(kept.splice(0))
  }
  await same({ model: mlp, between })
})

test('an optimizer whose state is replaced, and one that begins anew, are recorded anew', async () => {
  const between = (step: number, { variables }: Model, optimizer: TrainOptimizer) => {
    if (step === 3) optimizer.dispose()
    if (step !== 1) return
    const state = optimizer.state().map(({ name, tensor }) => ({ name, tensor: tf.mul(tensor, 0.5) }))
    optimizer.restore(state, optimizer.scalars(), variables)
    tf.dispose(state.map(({ tensor }) => tensor))
  }
  for (const kind of ['sgd', 'adam'] as const) await same({ model: mlp, optimizer: { kind }, between }, 3)
})

test('an average, evaluation with it, and another model that trains beside it change no step', async () => {
  let average: WeightAverage | undefined
  let other: Model | undefined
  let rule = createOptimizer(optimizerSpec.parse({ kind: 'adam' }))
  const between = async (step: number, model: Model) => {
    average ??= new WeightAverage(model, { decay: 0.9, warmup: false })
    average.update(step)
    const { x, y, labels } = batchOf(10 + step, 6, false)
    await average.inPlace(async () => tf.dispose(model.forward(x, { training: false, step, seed: 7 })))
    if (step === 2) {
      other?.dispose()
      rule.dispose()
      other = undefined
      rule = createOptimizer(optimizerSpec.parse({ kind: 'adam' }))
    }
    other ??= await buildModel(specOf(layersOfMlp()), { shape, classes }, 2)
    await trainStep(other, rule, { x, y, labels }, { lr: 0.1 }, { step, seed: 9 }, { labelSmoothing: 0 })
    tf.dispose([x, y])
    if (step < 4) return
    average.dispose()
    other.dispose()
    rule.dispose()
    average = undefined
    other = undefined
  }
  await same({ model: { kind: 'resnet', depth: 8 }, between }, 3, 10)
})

test('a step that JavaScript has a part in takes the tape, with the weights as they were', async () => {
  tf.registerKernel({
    kernelName: 'TestHalf',
    backendName: 'simd',
    kernelFunc: ({ inputs: { x }, backend }) => {
      if (x === undefined || !(backend instanceof SimdBackend)) throw new Error('a tensor of simd')
      const values = backend.readSync(x.dataId)
      if (!(values instanceof Float32Array)) throw new Error('numbers')
      return backend.makeTensorInfo(
        x.shape,
        'float32',
        values.map((value) => value / 2),
      )
    },
  })
  const halve = tf.customGrad((x, save) => {
    if (!(x instanceof tf.Tensor) || typeof save !== 'function') throw new Error('a tensor, and what saves')
    const value = tf.engine().runKernel<tf.Tensor>('TestHalf', { x })
    save([x])
    return { value, gradFunc: (dy: tf.Tensor) => tf.mul(dy, 0.5) }
  })
  await same({ model: mlp, inside: halve }, 0)
})

test('of a repeated step the kernels are told by the names and calls that the tape has', async () => {
  await loadSimd({ threads: 1 })
  const seen: Map<string, number>[] = []
  for (const recorder of [() => undefined, recordOnSimd]) {
    offerRecorder(recorder)
    const model = await buildModel(mlp, { shape, classes }, 1)
    const optimizer = createOptimizer(optimizerSpec.parse({ kind: 'sgd' }))
    const batch = batchOf(0, 6, false)
    const step = () =>
      trainStep(model, optimizer, batch, { lr: 0.1 }, { step: 0, seed: 7 }, { labelSmoothing: 0 })
    await step()
    const { value, kernels } = timeKernels(step)
    await value
    seen.push(new Map(kernels.map(({ name, calls }) => [name, calls])))
    tf.dispose([batch.x, batch.y])
    optimizer.dispose()
    model.dispose()
  }
  const [tape, record] = seen
  assert.ok(record !== undefined && record.size > 5)
  for (const [name, calls] of record) assert.equal(calls, tape?.get(name), name)
})

test('of many examples, in chunks of chains: the same bits, and no block is taken too soon or kept too long', async () => {
  const given: Case = { model: { kind: 'resnet', depth: 8 }, examples: () => 400 }
  const peakOf = async <T>(way: () => Promise<T>): Promise<[T, number]> => {
    await loadSimd({ threads: 3 })
    return [await way(), simdBackend().heap.bytesReserved]
  }
  const [expected, tape] = await peakOf(() => taped(given))
  const [{ result }, record] = await peakOf(() => recorded(given, 2))
  assert.deepEqual(result, expected)
  assert.ok(record < 0.6 * tape, `${record} bytes from a record, ${tape} on the tape`)
})

test('recurrent layers with keyed dropout, and attention', async () => {
  await same({ model: specWithin(recurrent) })
  await same({ model: attentive() })
})

test('rows picked by number, masks, and what passes masked steps over', async () => {
  const embedded = () => [...masked().slice(0, 2), of.embedding({ inputDim: 5, outputDim: 3 }), of.flatten()]
  await same({ model: specOf([...embedded(), of.dense({ units: 3 })]) })
  const fused = () => [...masked().slice(0, 4), of.gru({ units: 4 }), of.dense({ units: 3 })]
  for (const make of [masked, fused]) await same({ model: specWithin(make) })
})

test('a number that is no row ends a repeated step with the sentence of the tape, and moves no weight', async () => {
  await loadSimd({ threads: 2 })
  const layers = [
    of.flatten({ inputShape: shape }),
    of.embedding({ inputDim: 5, outputDim: 3 }),
    of.flatten(),
  ]
  const spec = specOf([...layers, of.dense({ units: 3 })])
  const said: string[] = []
  for (const recorder of [() => undefined, recordOnSimd]) {
    offerRecorder(recorder)
    const model = await buildModel(spec, { shape, classes }, 1)
    const optimizer = createOptimizer(optimizerSpec.parse({ kind: 'sgd' }))
    const step = (greatest: number) => {
      const batch = batchOf(0, 6, false)
      const x = tf.fill(batch.x.shape, greatest)
      const key = { step: 0, seed: 7 }
      return trainStep(model, optimizer, { ...batch, x }, { lr: 0.1 }, key, { labelSmoothing: 0 })
    }
    await step(4)
    const before = model.variables.map((each) => each.dataSync())
    const refused = () => tf.tidy(() => void step(5))
    assert.throws(refused, ({ message }: Error) => said.push(message) > 0)
    assert.deepEqual(
      model.variables.map((each) => each.dataSync()),
      before,
    )
    optimizer.dispose()
    model.dispose()
  }
  assert.match(said[0] ?? '', /5 is not from 0 to 4/)
  assert.equal(said[1], said[0])
})

/** tfjs leaves tensors behind as it builds an LSTM, which is how these topologies are written. */
function specWithin(make: () => Parameters<typeof specOf>[0]): ModelSpec {
  tf.engine().startScope()
  try {
    return specOf(make())
  } finally {
    tf.engine().endScope()
  }
}
