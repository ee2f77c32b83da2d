import { combine } from '../../shared/ensemble/index.ts'
import type { PredictAnswer, PredictRequest, PredictTold } from '../../shared/run/predict.ts'
import { createBatcher, type Dataset, type GivenBatch, readGiven } from '../datasets/index.ts'
import { selectEngine } from '../engine/select.ts'
import * as tf from '../engine/tf.ts'
import { restoreWeights } from './checkpoint.ts'
import { softmaxRow } from './evaluate.ts'
import { buildModel, type Model } from './models/index.ts'

/** As many examples as an evaluation takes at a time, or fewer where they are large. */
const mostExamples = 250
const mostNumbers = 2 ** 26

/**
 * What stored models say of a user's own examples, batch by batch.
 * @throws UserError where the source cannot be used
 */
export async function predict(
  request: PredictRequest,
  tell: (part: PredictTold) => void,
): Promise<PredictAnswer> {
  await selectEngine(request.device, request.devices)
  const { input, source } = request
  const size = input.shape.reduce((a, b) => a * b, 1)
  const batchSize = Math.max(1, Math.min(mostExamples, Math.floor(mostNumbers / size)))
  const notes: string[] = []
  const counts = { rows: 0, unusable: 0 }
  const network = oneNetwork(input)
  try {
    for await (const batch of readGiven(input, source, batchSize)) {
      counts.rows += batch.rows.length
      counts.unusable += batch.unusable.length
      notes.push(...batch.notes)
      const { rows, unusable, done, total } = batch
      const probs =
        rows.length === 0 ? new Float64Array() : new Float64Array(await combined(request, network, batch))
      tell({ rows: [...rows], probs, unusable: [...unusable], done, total })
    }
  } finally {
    network.dispose()
  }
  return { ...counts, notes }
}

type Member = PredictRequest['members'][number]

/** Members of one network share it: only one model may be alive at a time. */
function oneNetwork(input: PredictRequest['input']) {
  let built: { readonly spec: string; readonly model: Model } | undefined
  const dispose = (): void => {
    built?.model.dispose()
    built = undefined
  }
  return {
    dispose,
    async holding({ spec, tensors }: Member): Promise<Model> {
      const text = JSON.stringify(spec)
      if (built?.spec !== text) {
        dispose()
        built = { spec: text, model: await buildModel(spec, input, 0) }
      }
      restoreWeights(built.model, tensors)
      return built.model
    },
  }
}

async function combined(
  { input, members, method }: PredictRequest,
  network: ReturnType<typeof oneNetwork>,
  batch: GivenBatch,
): Promise<Float64Array> {
  const probs: { probs: Float32Array }[] = []
  for (const member of members) {
    const model = await network.holding(member)
    probs.push({ probs: await answers(model, input, normalised(input, batch, member.normalisation)) })
  }
  return combine(
    probs,
    input.classes,
    method === 'logitAverage'
      ? { kind: 'geometric' }
      : method === 'weighted'
        ? { kind: 'weighted', weights: members.map(({ weight }) => weight) }
        : { kind: 'mean' },
  )
}

function normalised(
  { kind, shape, dtype }: PredictRequest['input'],
  { rows, values }: GivenBatch,
  normalisation: Member['normalisation'],
): Float32Array {
  const dataset: Dataset = {
    meta: {
      id: '0'.repeat(16),
      name: 'examples',
      kind,
      dtype,
      shape: [...shape],
      classes: [],
      trainCount: rows.length,
      testCount: 0,
      source: '',
    },
    examples: values,
    labels: new Uint16Array(),
  }
  const batcher = createBatcher(dataset, normalisation)
  const out = new Float32Array(rows.length * batcher.exampleSize)
  batcher.fill(
    Uint32Array.from(rows, (_, i) => i),
    out,
    0,
    0,
  )
  return out
}

/** Softmax outputs [rows, classes]. */
async function answers(
  model: Model,
  { shape, classes }: PredictRequest['input'],
  numbers: Float32Array,
): Promise<Float32Array> {
  const rows = numbers.length / shape.reduce((a, b) => a * b, 1)
  const x = tf.tensor(numbers, [rows, ...shape])
  const output = model.forward(x, { training: false, step: 0, seed: 0 })
  try {
    const logits = await output.data<'float32'>()
    const probs = new Float32Array(rows * classes)
    for (let row = 0; row < rows; row++) {
      const [from, to] = [row * classes, (row + 1) * classes]
      softmaxRow(logits.subarray(from, to), 0, probs.subarray(from, to))
    }
    return probs
  } finally {
    tf.dispose([x, output])
  }
}
