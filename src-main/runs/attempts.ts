import { UserError, wordsOf } from '../../shared/errors.ts'
import type { DeviceAdvice } from '../../shared/run/probe.ts'
import type { Catalogue, DatasetMeta } from '../datasets/index.ts'
import { type Asked, type Devices, ranOn } from '../devices/index.ts'
import type { RunRecord, Store } from '../store/types.ts'
import { type ActiveRun, type AttemptContext, runAttempt } from './activeRun.ts'
import type { Interruption } from './interruptions.ts'
import { measureThenRun } from './measuredRun.ts'
import { subjectOf } from './plannedRun.ts'
import { startMessage } from './startMessage.ts'
import { threadsFor } from './threads.ts'

/**
 * Begins an attempt of a run: finds its data and its device, claims it, and starts its trainer, or the measuring that comes
 * before.
 * @param claim makes it this host's own, with the next attempt · @throws UserError when the data is gone, or it cannot be claimed
 */
export async function beginAttempt(
  context: AttemptContext & { readonly catalogue: Catalogue; readonly devices: Devices },
  run: RunRecord,
  claim: () => RunRecord,
): Promise<ActiveRun> {
  const { store, catalogue, devices, onInterrupted } = context
  const meta = await datasetOf(store, catalogue, run)
  const choice = await devices.choose(askedFor(run, meta))
  const claimed = claim()
  const begin = (advice: DeviceAdvice): ActiveRun => startTrainer(context, claimed, advice)
  return choice.type === 'advice'
    ? begin(choice.advice)
    : measureThenRun(store, claimed, choice, begin, onInterrupted)
}

/** Whatever goes wrong between the claim and the trainer, the run does not stay marked as running. */
function startTrainer(context: AttemptContext, run: RunRecord, advice: DeviceAdvice): ActiveRun {
  try {
    const { store } = context
    const threads = threadsFor(store.read.processorUse(run.id))
    const start = startMessage(store, run)
    return runAttempt(context, { ...start, devices: advice, ...(threads !== undefined && { threads }) })
  } catch (error) {
    const reason = `The trainer could not be started (${wordsOf(error)}).`
    context.onInterrupted({ runId: run.id, attempt: run.attempt, reason, status: 'interrupted' })
    throw error
  }
}

/** A run that could not be started: it waits no longer, and says why. */
export const unbegun = (
  { id, attempt }: RunRecord,
  status: Interruption['status'],
  error: unknown,
): Interruption => ({ runId: id, attempt, reason: wordsOf(error), status })

/** @throws UserError when the data set is gone or damaged */
async function datasetOf(
  store: Store,
  catalogue: Catalogue,
  { id, datasetId }: RunRecord,
): Promise<DatasetMeta> {
  try {
    return (await catalogue.resolve(datasetId)).meta
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const name = store.read.datasets().find((each) => each.id === datasetId)?.name ?? datasetId
    throw new UserError(
      `While starting run ${id}: its data set ${name} (${datasetId}) is missing or damaged; import it again.`,
      { cause: error },
    )
  }
}

/** A run that has begun stays on its device; for a new one devices are measured, unless another run would disturb that. */
const askedFor = (run: RunRecord, meta: DatasetMeta): Asked => ({
  run: run.id,
  wanted: run.spec.device,
  subject: subjectOf(run.spec, meta),
  ranOn: ranOn(run),
})
