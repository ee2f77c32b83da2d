import type { StoredTensor, TrainerPosition, TrainerState } from '../../shared/run/messages.ts'
import * as tf from '../engine/tf.ts'
import type { Model } from './models/index.ts'
import type { TrainOptimizer } from './optimizers/index.ts'
import type { WeightAverage } from './weightAverage.ts'

/** What a state is of. */
export interface Trained {
  readonly model: Model
  readonly optimizer: TrainOptimizer
  readonly average?: WeightAverage | undefined
}

/** Copies out all that the run needs to go on: weights, statistics, optimizer state, average and where it stands. */
export async function captureState(
  { model, optimizer, average }: Trained,
  position: Omit<TrainerPosition, 'optimizerScalars'>,
): Promise<TrainerState> {
  const here = structuredClone({ ...position, optimizerScalars: optimizer.scalars() })
  const slots = optimizer.state().map(({ name, tensor }) => stored(name, 'optimizer', tensor))
  // Awaited together: of a device that is lost, every one of them fails, and none may go unheard.
  const averages = (average?.tensors() ?? []).map(({ name, tensor }) => stored(name, 'ema', tensor))
  const [weights, state, ema] = await Promise.all([
    weightsOf(model),
    Promise.all(slots),
    Promise.all(averages),
  ])
  return { position: here, tensors: [...weights, ...state, ...ema] }
}

/** Trained weights first, then the statistics of batch normalisation, each in the model's own order. */
export function weightsOf(model: Model): Promise<StoredTensor[]> {
  const variables = [...model.variables, ...model.statistics]
  return Promise.all(variables.map((variable) => stored(variable.name, 'weight', variable)))
}

/**
 * Puts a captured state into a model and an optimizer made from the same spec.
 * @throws Error when the tensors are not those of this model
 */
export function restoreState({ model, optimizer, average }: Trained, state: TrainerState): void {
  restoreWeights(model, state.tensors)
  if (average !== undefined) restoreAverage(model, average, state.tensors)
  const kept = state.tensors.filter(({ role }) => role === 'optimizer')
  const tensors = kept.map((each) => ({ name: each.name, tensor: tf.tensor(floats(each), each.shape) }))
  try {
    optimizer.restore(tensors, state.position.optimizerScalars, model.variables)
  } finally {
    tf.dispose(tensors.map(({ tensor }) => tensor))
  }
}

/** A state from before the first step has no average yet. @throws Error when it is not of this model */
function restoreAverage(model: Model, average: WeightAverage, tensors: readonly StoredTensor[]): void {
  const kept = tensors.filter(({ role }) => role === 'ema')
  if (kept.length === 0) return
  const variables = [...model.variables, ...model.statistics]
  const values = tf.tidy(() =>
    variables.map(({ name, shape }) => {
      const found = kept.find((each) => each.name === name)
      if (found === undefined || found.shape.join() !== shape.join()) {
        throw new Error(`The stored state lacks the average of ${name} of shape [${shape}].`)
      }
      return tf.tensor(floats(found), found.shape)
    }),
  )
  average.begin(values)
  tf.dispose(values)
}

/** @throws Error when a weight is missing, unknown, or of another shape */
export function restoreWeights(model: Model, tensors: readonly StoredTensor[]): void {
  const byName = new Map(tensors.filter(({ role }) => role === 'weight').map((each) => [each.name, each]))
  const variables = [...model.variables, ...model.statistics]
  if (byName.size !== variables.length) {
    throw new Error(`The stored state has ${byName.size} weights, the model ${variables.length}.`)
  }
  for (const variable of variables) {
    const found = byName.get(variable.name)
    if (found === undefined || found.shape.join() !== variable.shape.join()) {
      throw new Error(`The stored state lacks the weight ${variable.name} of shape [${variable.shape}].`)
    }
    const values = tf.tensor(floats(found), found.shape)
    variable.assign(values)
    values.dispose()
  }
}

/** The name of the first tensor that holds a NaN or an infinity, or undefined. */
export function firstNonFinite(tensors: readonly StoredTensor[]): string | undefined {
  return tensors.find((tensor) => !floats(tensor).every(Number.isFinite))?.name
}

async function stored(name: string, role: StoredTensor['role'], tensor: tf.Tensor): Promise<StoredTensor> {
  // A copy: some backends hand out the memory they go on working with.
  const values = (await tensor.data<'float32'>()).slice()
  return { name, role, shape: [...tensor.shape], data: new Uint8Array(values.buffer) }
}

/** The bytes may begin anywhere in their buffer after a message: floats need a multiple of four. (A Buffer's slice copies nothing.) */
function floats({ data }: StoredTensor): Float32Array {
  return data.byteOffset % 4 === 0
    ? new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4)
    : new Float32Array(new Uint8Array(data).buffer)
}
