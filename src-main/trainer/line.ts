import { UserError } from '../../shared/errors.ts'
import type { LineAnswer, LineRequest, LineTold } from '../../shared/run/line.ts'
import { openDataset } from '../datasets/index.ts'
import { selectEngine } from '../engine/select.ts'
import { meanOf, recomputeStatistics } from './averageWeights.ts'
import { prepareData } from './batches.ts'
import { restoreWeights } from './checkpoint.ts'
import { evaluate } from './evaluate.ts'
import { buildModel } from './models/index.ts'

/**
 * Measures the line place by place. Where the network has batch normalisation, its statistics are measured anew in every
 * place, since those of the ends belong to other weights; the ends are also told as they were stored.
 * @throws UserError where the run kept no validation examples
 */
export async function measureLine(request: LineRequest, tell: (part: LineTold) => void): Promise<LineAnswer> {
  const { spec, from, to, stepsPerEpoch } = request
  await selectEngine(spec.device, request.devices)
  const data = prepareData(spec, await openDataset(request.datasetFolder), stepsPerEpoch)
  const part = data.parts.find(({ name, indices }) => name === 'validation' && indices.length > 0)
  if (part === undefined)
    throw new UserError(
      'While measuring the line between two snapshots: the run kept no validation examples to measure it on; choose a run with some.',
    )
  const model = await buildModel(spec.model, data.input, spec.seed)
  const hasStatistics = model.statistics.length > 0
  const measure = async (at: number, recomputed: boolean): Promise<void> => {
    restoreWeights(model, between(from, to, at))
    if (recomputed) recomputeStatistics(model, data, stepsPerEpoch, spec.seed)
    const found = await evaluate(model, data, part)
    if (found === undefined) throw new Error('the validation part has examples')
    tell({ at, losses: found.losses, accuracy: found.accuracy, recomputed })
  }
  try {
    for (const at of request.at) {
      if (hasStatistics) await measure(at, true)
      if (!hasStatistics || at === 0 || at === 1) await measure(at, false)
    }
    return { examples: part.indices.length }
  } finally {
    model.dispose()
  }
}

/** The weights of an end to the bit; elsewhere summed in float64. */
function between(from: LineRequest['from'], to: LineRequest['to'], at: number): LineRequest['from'] {
  if (at === 0 || at === 1) return (at === 0 ? from : to).filter(({ role }) => role === 'weight')
  return meanOf([
    { weight: 1 - at, tensors: from },
    { weight: at, tensors: to },
  ])
}
