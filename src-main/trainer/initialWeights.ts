import { show, UserError } from '../../shared/errors.ts'
import type { InitialAnswer, InitialRequest } from '../../shared/run/initial.ts'
import type { StoredTensor } from '../../shared/run/messages.ts'
import { selectEngine } from '../engine/select.ts'
import { restoreWeights, weightsOf } from './checkpoint.ts'
import { buildFitting } from './fitting.ts'

/**
 * All weights and statistics of a run's model: those given where name and shape are the model's, else drawn from the run's
 * seed. @throws UserError where one does not fit and all must, or none does
 */
export async function initialWeights(request: InitialRequest): Promise<InitialAnswer> {
  const { spec, input, tensors, from, partly } = request
  // The processor draws the same numbers as every other device.
  const { memory } = await selectEngine('wasm')
  const model = await buildFitting(spec, input, memory)
  try {
    const drawn = await weightsOf(model)
    const fit = fitOf(drawn, tensors)
    if (fit.taken.size === 0 || (!partly && fit.faults.length > 0)) refuse(from, fit, partly)
    const all = drawn.map((each) => fit.taken.get(each.name) ?? each)
    // What cannot be put into the model must not come to its trainer.
    restoreWeights(model, all)
    return {
      tensors: all,
      random: drawn.flatMap(({ name }) => (fit.taken.has(name) ? [] : [name])),
      unused: tensors.flatMap(({ name }) => (fit.taken.has(name) ? [] : [name])),
    }
  } finally {
    model.dispose()
  }
}

interface Fit {
  readonly taken: ReadonlyMap<string, StoredTensor>
  readonly faults: readonly string[]
}

function fitOf(drawn: readonly StoredTensor[], given: readonly StoredTensor[]): Fit {
  const byName = new Map(given.map((each) => [each.name, each]))
  const taken = new Map<string, StoredTensor>()
  const faults: string[] = []
  for (const { name, shape } of drawn) {
    const found = byName.get(name)
    byName.delete(name)
    if (found === undefined) faults.push(`${name} of shape [${shape}] is missing`)
    else if (found.shape.join() !== shape.join())
      faults.push(`${name} must have the shape [${shape}] (found [${found.shape}])`)
    else taken.set(name, found)
  }
  for (const { name, shape } of byName.values())
    faults.push(`${show(name)} of shape [${shape}] is no tensor of the model`)
  return { taken, faults }
}

const mostTold = 4

function refuse(from: string, { faults }: Fit, partly: boolean): never {
  const more = faults.length - mostTold
  const told = `${faults.slice(0, mostTold).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  throw new UserError(
    `While taking the weights of ${from}: ${partly ? 'none of its tensors fits the model: ' : ''}${told}; ${
      partly
        ? 'give weights of this model, named as an exported snapshot names them'
        : 'give weights of this model, or allow that tensors which do not fit stay random (--initial-weights-partly, or the box below the field)'
    }.`,
  )
}
