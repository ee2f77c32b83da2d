import { type StepSource, whileTracing } from '../recording.ts'
import * as tf from '../tf.ts'
import type { SimdBackend } from './backend.ts'
import { NotRecordable } from './notRecordable.ts'
import { type Place, Trace } from './trace.ts'

/** What a step asked for in one trial. */
export interface Rehearsed {
  readonly trace: Trace
  /** Of the optimizer's kernel. */
  readonly attributes: tf.NamedAttrMap
  /** Blocks of the inputs; undefined for one that the step does not read. */
  readonly inputs: readonly (number | undefined)[]
  /** Blocks that variables had before the step, of those that it reads. */
  readonly variables: ReadonlyMap<tf.Variable, number>
  /** Blocks of the step's results. */
  readonly results: readonly number[]
  /** Blocks that the step gave to variables, in the place of those they had. */
  readonly given: ReadonlyMap<tf.Variable, number>
}

/**
 * Lets a step run in a trace; the variables have their own tensors again afterwards.
 * @throws NotRecordable where it does what a trace cannot hold, or whatever else the step throws
 */
export function rehearse(backend: SimdBackend, source: StepSource, trial: number): Rehearsed {
  const attributes = source.attributes(trial)
  // In two trials no block has the same address.
  const trace = new Trace(1 + trial * 2 ** 18)
  const own = new Map<tf.Variable, tf.Tensor>()
  // The step may be in the middle of a scope that ends before the rehearsal does.
  const protect = (variable: tf.Variable) => own.set(variable, tf.keep(tf.clone(variable)))
  for (const variable of source.variables()) protect(variable)
  const given = new Map<tf.Variable, number>()
  let results: number[] = []
  backend.trace = trace
  try {
    const made = whileTracing(hooks(backend, trace, protect), () => source.rehearse(trial))
    results = made.map((tensor) => blockOf(trace, backend.address(tensor)).block)
    tf.dispose(made)
    for (const [variable, before] of own) {
      if (variable.dataId !== before.dataId)
        given.set(variable, blockOf(trace, backend.address(variable)).block)
    }
  } catch (error) {
    dropTape()
    throw error
  } finally {
    restore(own)
    backend.trace = undefined
  }
  if (trace.live > 0) throw new NotRecordable('the step leaves tensors behind')
  return { trace, attributes, results, given, ...outerBlocks(backend, trace, source.inputs, [...own.keys()]) }
}

function restore(own: ReadonlyMap<tf.Variable, tf.Tensor>): void {
  for (const [variable, before] of own) {
    if (variable.dataId !== before.dataId) variable.assign(before)
    before.dispose()
  }
}

/** tfjs gives back what it saved for gradients at their end only: a step that fails before would leave it for ever. */
function dropTape(): void {
  const { state } = tf.engine()
  for (const { saved = [] } of state.activeTape ?? []) tf.dispose(saved)
  state.activeTape = []
}

/** @throws NotRecordable where the step reads what is neither an input nor a variable: it may be another tensor in the next */
function outerBlocks(
  backend: SimdBackend,
  trace: Trace,
  inputs: readonly tf.Tensor[],
  candidates: readonly tf.Variable[],
): Pick<Rehearsed, 'inputs' | 'variables'> {
  const blockOfTensor = (tensor: tf.Tensor): number | undefined => {
    const data = backend.stored(tensor)
    return data === undefined ? undefined : trace.outer.get(data)
  }
  const blocks = inputs.map(blockOfTensor)
  const variables = new Map<tf.Variable, number>()
  for (const variable of candidates) {
    const block = blockOfTensor(variable)
    if (block !== undefined) variables.set(variable, block)
  }
  const known = new Set([...blocks.filter((block) => block !== undefined), ...variables.values()])
  if (known.size < trace.outer.size) throw new NotRecordable('the step reads a tensor that is not its own')
  if (known.size < blocks.filter((block) => block !== undefined).length + variables.size)
    throw new NotRecordable('two inputs or variables of the step are one tensor')
  return { inputs: blocks, variables }
}

function blockOf(trace: Trace, address: number): Place {
  const place = trace.placeOf(address)
  if (place?.offset !== 0 || trace.blocks[place.block] === undefined)
    throw new NotRecordable('what comes out of the step was not made in it')
  return place
}

function hooks(backend: SimdBackend, trace: Trace, protect: (variable: tf.Variable) => void) {
  return {
    lasting(make: () => tf.Variable) {
      backend.trace = undefined
      try {
        const variable = make()
        protect(variable)
        return variable
      } finally {
        backend.trace = trace
      }
    },
  }
}
