import type { AverageAnswer, AverageRequest } from '../../shared/run/average.ts'
import type { StoredTensor } from '../../shared/run/messages.ts'
import { openDataset } from '../datasets/index.ts'
import { selectEngine } from '../engine/select.ts'
import * as tf from '../engine/tf.ts'
import { weightsSha256 } from '../weightsSha256.ts'
import { prepareData, type TrainingData } from './batches.ts'
import { restoreWeights, weightsOf } from './checkpoint.ts'
import { evaluateAll, predictionsOf, scoresOf } from './evaluate.ts'
import { buildModel, type Model } from './models/index.ts'

/**
 * Builds the model of averaged weights, recomputes its normalisation statistics on the training data (those of the
 * members belong to other weights; Izmailov et al. 2018, "Averaging Weights Leads to Wider Optima", section 3.2) and
 * measures it. @throws UserError when the data is not there
 */
export async function averageWeights(request: AverageRequest): Promise<AverageAnswer> {
  const { spec, members, stepsPerEpoch } = request
  await selectEngine(spec.device, request.devices)
  const data = prepareData(spec, await openDataset(request.datasetFolder), stepsPerEpoch)
  const model = await buildModel(spec.model, data.input, spec.seed)
  try {
    restoreWeights(model, meanOf(members))
    recomputeStatistics(model, data, stepsPerEpoch, spec.seed)
    const evaluations = await evaluateAll(model, data)
    const tensors = await weightsOf(model)
    return {
      tensors,
      weightsSha256: weightsSha256(tensors),
      ...scoresOf(evaluations),
      predictions: evaluations.map((each) => predictionsOf(each, data.input.classes)),
    }
  } finally {
    model.dispose()
  }
}

/** Weighted mean of each weight and statistic, summed in float64. @throws Error when the members differ in shape */
export function meanOf(members: AverageRequest['members']): StoredTensor[] {
  const total = members.reduce((sum, { weight }) => sum + weight, 0)
  const [first] = members
  if (first === undefined) throw new Error('an average needs at least one member')
  return first.tensors
    .filter(({ role }) => role === 'weight')
    .map(({ name, shape, role }) => {
      const sum = new Float64Array(shape.reduce((a, b) => a * b, 1))
      for (const { weight, tensors } of members) {
        const own = tensors.find((each) => each.name === name && each.role === role)
        if (own?.data.byteLength !== sum.length * 4)
          throw new Error(`a member lacks ${name} of shape [${shape}]`)
        const values = new Float32Array(new Uint8Array(own.data).buffer)
        for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (weight / total) * (values[i] ?? 0)
      }
      return { name, shape, role, data: new Uint8Array(Float32Array.from(sum).buffer) }
    })
}

/** The plain mean, over one epoch of training batches, of what batch normalisation sees. */
export function recomputeStatistics(model: Model, data: TrainingData, batches: number, seed: number): void {
  if (model.statistics.length === 0) return
  for (let step = 0; step < batches; step++) {
    const { x, y } = data.trainingBatch(step)
    const logits = model.forward(x, { training: true, step, seed, statisticsRate: 1 / (step + 1) })
    tf.dispose([x, y, logits])
  }
}
