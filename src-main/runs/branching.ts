import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { UserError } from '../../shared/errors.ts'
import type { TrainerState } from '../../shared/run/messages.ts'
import { modelText } from '../../shared/run/modelText.ts'
import { type OriginKind, originOf } from '../../shared/run/origin.ts'
import { parseRunSpec, type RunSpec } from '../../shared/run/spec.ts'
import type { Catalogue, DatasetMeta } from '../datasets/index.ts'
import type { NewRun, RunRecord, Store } from '../store/types.ts'
import { refuseElsewhere } from '../trainedElsewhere.ts'
import { weightsSha256 } from '../weightsSha256.ts'
import { createRun } from './newRun.ts'
import { beginningOf } from './startState.ts'

/** What a run is to begin with. */
export interface BranchSource {
  /** The parent, by its id or a beginning of it. */
  readonly runId: string
  /** Steps the parent had done in the state taken; its furthest state when absent. Not for `again`. */
  readonly stepsDone?: number | undefined
  readonly kind: OriginKind
}

const doing: Readonly<Record<OriginKind, (run: string) => string>> = {
  branch: (run) => `While branching from run ${run}`,
  fineTune: (run) => `While fine-tuning run ${run}`,
  again: (run) => `While running ${run} again`,
}

/**
 * Stores a run that begins with what another one has learnt, or is that one again with another seed.
 * @param put how it is stored: to be started now, or queued
 * @throws UserError where the parent has no such state, or another model or data do not fit it; nothing is stored then
 */
export async function createBranch(
  store: Store,
  catalogue: Catalogue,
  input: unknown,
  source: BranchSource,
  put: (run: NewRun) => RunRecord,
): Promise<RunRecord> {
  const parent = store.read.run(source.runId)
  const { kind } = source
  refuseElsewhere(parent, doing[kind](parent.id))
  const words = doing[kind](parent.id)
  const spec = parseRunSpec(input)
  if (kind === 'again') {
    refuseOtherThanSeed(words, parent.spec, spec)
    const { origin } = parent
    // What began with another run's state begins with it again: of fresh weights it would be another question.
    if (origin !== null && origin.kind !== 'again') return createBranch(store, catalogue, spec, origin, put)
    // So does what began with weights given to it, those drawn beside them included.
    const initial = parent.initial && { about: parent.initial, tensors: store.read.initialTensors(parent.id) }
    const about = { origin: originOf(kind, parent, 0, null), ...(initial && { initial }) }
    return createRun(store, catalogue, spec, put, about)
  }
  if (!isDeepStrictEqual(spec.model, parent.spec.model)) {
    throw new UserError(
      `${words}: model must be that of the run, ${modelText(parent.spec.model)}, whose weights it takes (received ${modelText(spec.model)}); start a new run for another model.`,
    )
  }
  const { stepsDone, state, isKept } = stateOf(store, words, parent, source.stepsDone)
  const origin = originOf(kind, parent, stepsDone, weightsSha256(state.tensors))
  const own = isKept ? undefined : beginningOf(state, { kind, parent: parent.spec, spec })
  const about = { origin, ...(own !== undefined && { state: own }) }
  return createRun(store, catalogue, spec, put, about, (data) =>
    refuseOtherData(store, words, { parent, kind, spec, data }),
  )
}

interface FoundState {
  readonly stepsDone: number
  readonly state: TrainerState
  /** A snapshot, which stays as long as its run does. A checkpoint goes when the run goes on. */
  readonly isKept: boolean
}

/** @throws UserError when there is none; StoreError when it is damaged */
function stateOf({ read }: Store, words: string, parent: RunRecord, wanted: number | undefined): FoundState {
  const state = wanted === undefined ? read.checkpoint(parent.id) : read.stateAfter(parent.id, wanted)
  const snapshots = read.snapshots(parent.id).map(({ step }) => step + 1)
  if (state !== undefined) {
    const { stepsDone } = state.position
    return { stepsDone, state, isKept: snapshots.includes(stepsDone) }
  }
  const checkpoint = wanted === undefined ? undefined : read.checkpoint(parent.id)?.position.stepsDone
  const there = [...new Set([...snapshots, ...(checkpoint === undefined ? [] : [checkpoint])])]
  if (there.length === 0)
    throw new UserError(
      `${words}: it is ${parent.status} and has kept no state yet; wait for its first snapshot.`,
    )
  throw new UserError(
    `${words}: no state is kept of it after step ${wanted}; choose one of those after ${listed(there)} steps.`,
  )
}

const mostListed = 12
const listed = (steps: readonly number[]): string =>
  steps.length <= mostListed
    ? steps.join(', ')
    : `${steps.slice(0, mostListed - 1).join(', ')}, … ${steps.at(-1)}`

function refuseOtherThanSeed(words: string, parent: RunSpec, spec: RunSpec): void {
  const free = { name: undefined, seed: 0, device: 'auto' as const }
  if (isDeepStrictEqual({ ...spec, ...free }, { ...parent, ...free })) return
  throw new UserError(
    `${words}: only seed, device and name may differ from it (received other settings); branch from it, or start a new run.`,
  )
}

const dataShape = z.object({ shape: z.array(z.number()), classes: z.array(z.string()) })

/** A branch goes on with its parent's data; fine-tuning takes others of the same shape and number of classes. */
function refuseOtherData(
  { read }: Store,
  words: string,
  {
    parent,
    kind,
    spec,
    data,
  }: {
    readonly parent: RunRecord
    readonly kind: OriginKind
    readonly spec: RunSpec
    readonly data: DatasetMeta
  },
): void {
  const { name: _, ...cut } = spec.dataset
  const { name: known, ...parentCut } = parent.spec.dataset
  if (kind === 'branch' && data.id !== parent.datasetId) {
    throw new UserError(
      `${words}: dataset.name must be that of the run, ${known}, since a branch goes on with its parent's data (received ${spec.dataset.name}); fine-tune it to use other data.`,
    )
  }
  if (kind === 'branch' && !isDeepStrictEqual(cut, parentCut)) {
    throw new UserError(
      `${words}: validation, test and seed of dataset must be those of the run, whose training examples would else come into its validation data (received ${JSON.stringify(cut)}); leave them as they are.`,
    )
  }
  const stored = read.datasets().find(({ id }) => id === parent.datasetId)
  const before = dataShape.safeParse(stored?.meta)
  if (!before.success) return
  const { shape, classes } = before.data
  if (shape.join() !== data.shape.join()) {
    throw new UserError(
      `${words}: its examples have the shape ${shape.join('×')}, those of ${data.name} ${data.shape.join('×')}; choose data of the same shape.`,
    )
  }
  if (classes.length !== data.classes.length) {
    throw new UserError(
      `${words}: it tells ${classes.length} classes apart, and ${data.name} has ${data.classes.length}; choose data with as many classes, or start a new run.`,
    )
  }
}
