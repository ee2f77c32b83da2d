import { UserError } from '../../shared/errors.ts'
import type { LineAnswer, LineRequest, LineTold } from '../../shared/run/line.ts'
import type { StoredTensor } from '../../shared/run/messages.ts'
import { openDataset } from '../datasets/index.ts'
import { selectEngine } from '../engine/select.ts'
import { meanOf, recomputeStatistics } from './averageWeights.ts'
import { prepareData } from './batches.ts'
import { restoreWeights } from './checkpoint.ts'
import { evaluate } from './evaluate.ts'
import { buildModel } from './models/index.ts'

/**
 * Measures mixture by mixture. Where the network has batch normalisation, its statistics are measured anew for each, since
 * those of the models belong to other weights; a model itself is also told as it was stored.
 * @throws UserError where the run kept no validation examples
 */
export async function measureLine(request: LineRequest, tell: (part: LineTold) => void): Promise<LineAnswer> {
  const { spec, models, stepsPerEpoch } = request
  await selectEngine(spec.device, request.devices)
  const data = prepareData(spec, await openDataset(request.datasetFolder), stepsPerEpoch)
  const part = data.parts.find(({ name, indices }) => name === 'validation' && indices.length > 0)
  if (part === undefined)
    throw new UserError(
      'While measuring lines between snapshots: the run kept no validation examples to measure them on; choose a run with some.',
    )
  const model = await buildModel(spec.model, data.input, spec.seed)
  const hasStatistics = model.statistics.length > 0
  const measure = async (mixture: number, tensors: StoredTensor[], recomputed: boolean): Promise<void> => {
    restoreWeights(model, tensors)
    if (recomputed) recomputeStatistics(model, data, stepsPerEpoch, spec.seed)
    const found = await evaluate(model, data, part)
    if (found === undefined) throw new Error('the validation part has examples')
    tell({ mixture, losses: found.losses, accuracy: found.accuracy, recomputed })
  }
  try {
    for (const [mixture, shares] of request.mixtures.entries()) {
      const tensors = mixed(models, shares)
      if (hasStatistics) await measure(mixture, tensors, true)
      if (!hasStatistics || shares.includes(1)) await measure(mixture, tensors, false)
    }
    return { examples: part.indices.length }
  } finally {
    model.dispose()
  }
}

/** The weights of one model to the bit; of several summed in float64. */
function mixed(models: LineRequest['models'], shares: readonly number[]): StoredTensor[] {
  const one = models[shares.indexOf(1)]
  if (one !== undefined) return one.filter(({ role }) => role === 'weight')
  return meanOf(
    models.flatMap((tensors, k) => ((shares[k] ?? 0) > 0 ? [{ weight: shares[k] ?? 0, tensors }] : [])),
  )
}
