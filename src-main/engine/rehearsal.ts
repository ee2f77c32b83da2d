import { NotRecordable } from './notRecordable.ts'
import { type StepSource, whileTracing } from './recording.ts'
import * as tf from './tf.ts'

/** What a backend has instead of memory and kernels, or beside them, while a step is traced. Blocks are counted from 0. */
export interface Tracer {
  begin(): void
  end(): void
  /** Blocks of the step that no tensor and no kernel has given back. */
  readonly live: number
  /** Blocks that were there before the step, of those that it reads. */
  readonly outer: number
  /** @returns undefined for a tensor that the step does not read, or made itself */
  outerBlock(tensor: tf.Tensor): number | undefined
  /** @throws NotRecordable for a tensor that was not made in the step */
  madeBlock(tensor: tf.Tensor): number
}

/** What a step asked for in one trial. */
export interface Rehearsed {
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
export function rehearse(tracer: Tracer, source: StepSource, trial: number): Rehearsed {
  const attributes = source.attributes(trial)
  const own = new Map<tf.Variable, tf.Tensor>()
  // The step may be in the middle of a scope that ends before the rehearsal does.
  const protect = (variable: tf.Variable) => own.set(variable, tf.keep(tf.clone(variable)))
  for (const variable of source.variables()) protect(variable)
  const given = new Map<tf.Variable, number>()
  let results: number[] = []
  tracer.begin()
  try {
    const made = whileTracing(hooks(tracer, protect), () => source.rehearse(trial))
    results = made.map((tensor) => tracer.madeBlock(tensor))
    tf.dispose(made)
    for (const [variable, before] of own) {
      if (variable.dataId !== before.dataId) given.set(variable, tracer.madeBlock(variable))
    }
  } catch (error) {
    dropTape()
    throw error
  } finally {
    restore(own)
    tracer.end()
  }
  if (tracer.live > 0) throw new NotRecordable('the step leaves tensors behind')
  return { attributes, results, given, ...outerBlocks(tracer, source.inputs, [...own.keys()]) }
}

/** Whether two trials have the same blocks for the same tensors. */
export function sameOuterBlocks(first: Rehearsed, second: Rehearsed): boolean {
  return (
    first.inputs.join() === second.inputs.join() &&
    first.results.join() === second.results.join() &&
    sameEntries(first.variables, second.variables) &&
    sameEntries(first.given, second.given)
  )
}

const sameEntries = <K>(a: ReadonlyMap<K, number>, b: ReadonlyMap<K, number>): boolean =>
  a.size === b.size && [...a].every(([key, block]) => b.get(key) === block)

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
  tracer: Tracer,
  inputs: readonly tf.Tensor[],
  candidates: readonly tf.Variable[],
): Pick<Rehearsed, 'inputs' | 'variables'> {
  const blocks = inputs.map((input) => tracer.outerBlock(input))
  const variables = new Map<tf.Variable, number>()
  for (const variable of candidates) {
    const block = tracer.outerBlock(variable)
    if (block !== undefined) variables.set(variable, block)
  }
  const known = new Set([...blocks.filter((block) => block !== undefined), ...variables.values()])
  if (known.size < tracer.outer) throw new NotRecordable('the step reads a tensor that is not its own')
  if (known.size < blocks.filter((block) => block !== undefined).length + variables.size)
    throw new NotRecordable('two inputs or variables of the step are one tensor')
  return { inputs: blocks, variables }
}

function hooks(tracer: Tracer, protect: (variable: tf.Variable) => void) {
  return {
    lasting(make: () => tf.Variable) {
      tracer.end()
      try {
        const variable = make()
        protect(variable)
        return variable
      } finally {
        tracer.begin()
      }
    },
  }
}
