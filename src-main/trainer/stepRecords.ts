import type { Clipping } from '../../shared/run/spec.ts'
import { areKernelsTimed } from '../engine/kernelTimes.ts'
import { recordStep, type StepRecord } from '../engine/recording.ts'
import * as tf from '../engine/tf.ts'
import type { Model } from './models/index.ts'
import type { StepSettings, TrainOptimizer } from './optimizers/index.ts'

export interface StepKey {
  /** Of the stream of batches, counted from 0; with the seed it keys dropout. */
  readonly step: number
  readonly seed: number
}

/** What a step does besides the optimizer's own. */
export interface StepRecipe {
  /** In [0, 1). */
  readonly labelSmoothing: number
  /** Of the loss, [classes]. */
  readonly classWeights?: Float32Array | undefined
  readonly clipping?: Clipping | undefined
}

/** What changes from step to step besides the batch. */
export interface Trial {
  readonly settings: StepSettings
  readonly key: StepKey
}

interface Steps {
  readonly model: Model
  readonly optimizer: TrainOptimizer
  /** Examples, labels, and where they are mixed what that needs. */
  readonly inputs: readonly tf.Tensor[]
  /** The step on tfjs's tape. */
  readonly compute: (trial: Trial) => { value: tf.Tensor; kept: readonly tf.Tensor[] }
}

/** Steps that call the same kernels on tensors of the same shapes. */
interface Form {
  readonly optimizer: TrainOptimizer
  readonly backend: string
  /** And kinds of numbers. */
  readonly shapes: string
  /** Without momentum its buffers are not touched. */
  readonly still: boolean
  readonly recipe: StepRecipe
}

interface Entry extends Form {
  /** Undefined where such steps have to take the tape. */
  readonly record: StepRecord | undefined
}

/** A run has steps of one form, or two where its momentum is 0 at times. */
const mostForms = 4
const known = new WeakMap<Model, Entry[]>()

/** @returns how to repeat such a step without tfjs; undefined where that cannot be done */
export function recordOf(steps: Steps, trial: Trial, recipe: StepRecipe): StepRecord | undefined {
  const { model, optimizer, inputs } = steps
  const form: Form = {
    optimizer,
    backend: tf.getBackend(),
    shapes: inputs.map(({ dtype, shape }) => `${dtype} ${shape}`).join(';'),
    still: optimizer.attributes(trial.settings).momentum === 0,
    recipe,
  }
  const entries = known.get(model) ?? []
  const found = entries.find((entry) => isOfForm(entry, form))
  if (found !== undefined && found.record?.holds !== false) return usable(found.record)
  found?.record?.dispose()
  const record = recordStep(sourceOf(steps, trial))
  const all = [{ ...form, record }, ...entries.filter((entry) => entry !== found)]
  for (const dropped of all.slice(mostForms)) dropped.record?.dispose()
  known.set(model, all.slice(0, mostForms))
  return usable(record)
}

/** The tape tells which kernels run, where the record cannot. */
const usable = (record: StepRecord | undefined): StepRecord | undefined =>
  record?.tellsKernels === false && areKernelsTimed() ? undefined : record

const isOfForm = (entry: Entry, { optimizer, backend, shapes, still, recipe }: Form): boolean =>
  entry.optimizer === optimizer &&
  entry.backend === backend &&
  entry.shapes === shapes &&
  entry.still === still &&
  entry.recipe.labelSmoothing === recipe.labelSmoothing &&
  entry.recipe.classWeights === recipe.classWeights &&
  entry.recipe.clipping?.by === recipe.clipping?.by &&
  entry.recipe.clipping?.limit === recipe.clipping?.limit

function sourceOf({ model, optimizer, inputs, compute }: Steps, { settings, key }: Trial) {
  const trials = [settings, otherThan(settings)]
  const settingsOf = (trial: number) => trials[trial] ?? settings
  return {
    inputs,
    variables: () => [...model.variables, ...model.statistics, ...optimizer.variables()],
    attributes: (trial: number) => optimizer.attributes(settingsOf(trial), trial),
    rehearse: (trial: number) =>
      optimizer.rehearse(trial, () => {
        const { value, kept } = compute({
          settings: settingsOf(trial),
          key: { step: key.step + trial, seed: key.seed },
        })
        return [value, ...kept]
      }),
  }
}

/** Settings of another step of the same form. */
function otherThan({ lr, momentum, weightDecay }: StepSettings): StepSettings {
  return {
    lr: lr / 2 + 0.001,
    ...(momentum !== undefined && { momentum: momentum / 2 }),
    ...(weightDecay !== undefined && { weightDecay: weightDecay / 2 }),
  }
}
