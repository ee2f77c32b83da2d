import { UserError } from '../../shared/errors.ts'
import type { InitialWeights } from '../../shared/run/initial.ts'
import type { StoredTensor, TrainerState } from '../../shared/run/messages.ts'
import type { OriginKind, RunOrigin } from '../../shared/run/origin.ts'
import type { RunSpec } from '../../shared/run/spec.ts'
import type { StoreReads } from '../store/types.ts'

/** What is needed of a run to say what it begins with. */
interface Beginner {
  readonly id: string
  readonly spec: RunSpec
  readonly origin: RunOrigin | null
  readonly initial: InitialWeights | null
}

/**
 * The state that a run begins with: before its first step, with what its parent had learnt. Once the run has a state of its
 * own, its parent is not needed any more.
 * @returns undefined where it begins with fresh weights
 * @throws UserError when its parent, or the parent's state, is not there; StoreError when that is damaged
 */
export function startState(
  read: Pick<StoreReads, 'run' | 'stateAfter' | 'initialTensors'>,
  { id, spec, origin, initial }: Beginner,
): TrainerState | undefined {
  if (initial !== null) return untrained(read.initialTensors(id))
  if (origin === null || origin.kind === 'again') return undefined
  const parent = parentOf(read, id, origin)
  const state = read.stateAfter(parent.id, origin.stepsDone)
  if (state === undefined) {
    throw new UserError(
      `While starting run ${id}: its parent ${parent.name} (${parent.id}) has no state after ${origin.stepsDone} steps; branch anew from a snapshot that it has.`,
    )
  }
  return beginningOf(state, { kind: origin.kind, parent: parent.spec, spec })
}

/** Of weights that no step has moved. */
const untrained = (tensors: readonly StoredTensor[]): TrainerState => ({
  position: {
    stepsDone: 0,
    epoch: { lossSum: 0, correct: 0, examples: 0 },
    optimizerScalars: { steps: 0 },
  },
  tensors: [...tensors],
})

/** How a run comes from another one. */
interface Descent {
  readonly kind: OriginKind
  readonly parent: Pick<RunSpec, 'optimizer'>
  readonly spec: Pick<RunSpec, 'optimizer'>
}

/**
 * A state in which no step has been done. The optimizer goes on with what it has where a branch has one of the same kind;
 * else it knows nothing yet. An average of weights begins anew: it is of the run's own steps.
 */
export function beginningOf(
  { position, tensors }: TrainerState,
  { kind, parent, spec }: Descent,
): TrainerState {
  const keepsOptimizer = kind === 'branch' && spec.optimizer.kind === parent.optimizer.kind
  return {
    position: {
      stepsDone: 0,
      epoch: { lossSum: 0, correct: 0, examples: 0 },
      optimizerScalars: keepsOptimizer ? position.optimizerScalars : { steps: 0 },
    },
    tensors: tensors.filter(({ role }) => role === 'weight' || (role === 'optimizer' && keepsOptimizer)),
  }
}

function parentOf(read: Pick<StoreReads, 'run'>, child: string, { runId, stepsDone }: RunOrigin) {
  try {
    return read.run(runId)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    throw new UserError(
      `While starting run ${child}: its parent ${runId}, whose state after ${stepsDone} steps it begins with, was deleted; restore it (anneal runs restore ${runId}) or start a new run.`,
      { cause: error },
    )
  }
}
