import { z } from 'zod'
import type { CommandOutcome, Estimate } from '../../shared/api/runs.ts'
import { UserError } from '../../shared/errors.ts'
import type { TrainerEvent } from '../../shared/run/messages.ts'
import { buildPlan } from '../../shared/run/plan.ts'
import type { DeviceAdvice } from '../../shared/run/probe.ts'
import { parseRunSpec } from '../../shared/run/spec.ts'
import {
  checkRates,
  compileSchedule,
  type Extension,
  extendPlanBy,
  type SchedulePlan,
  usualExtension,
} from '../../shared/schedule/index.ts'
import type { Catalogue, DatasetMeta, StoredDataset } from '../datasets/index.ts'
import { type Asked, type Devices, ranOn } from '../devices/index.ts'
import type { NewRun, RunCommand, RunRecord, Store } from '../store/types.ts'
import { type ActiveRun, type ActiveRunEnd, runAttempt } from './activeRun.ts'
import { commandElsewhere, commandHere } from './commands.ts'
import { createEstimator } from './estimate.ts'
import { createInterruptions, type Interruption } from './interruptions.ts'
import { measureThenRun } from './measuredRun.ts'
import { planRun, subjectOf } from './plannedRun.ts'
import { createQueueWorker } from './queueWorker.ts'

/** Told after events have been stored: what a watcher shows is what a reload would show. */
export type RunListener = (events: readonly TrainerEvent[]) => void

export interface RunService {
  /**
   * Creates and starts a run. A run that fails before its first step (a model that does not fit the data) leaves nothing
   * behind: `finished` then rejects with a UserError.
   * @throws UserError for a spec, data set or schedule that breaks a rule; nothing is stored then
   */
  launch(spec: unknown): Promise<ActiveRun>
  /** Creates and starts a run that stays, with its reason, also where it fails before its first step. */
  launchToStay(spec: unknown): Promise<ActiveRun>
  /** Creates a run that starts when no run of the lab is active, in whichever host works on the queue then. */
  enqueue(spec: unknown): Promise<RunRecord>
  /** Starts queued runs from now on, until `close`. */
  workOnQueue(): void
  /** Starts none any more: they wait for another host, or for the next start of this one. */
  leaveQueue(): void
  /** How long a step takes: see estimate.ts. */
  estimate(spec: unknown): Promise<Estimate>
  /** Goes on from the last checkpoint. @throws UserError when it runs already or has nothing left to do */
  resume(runId: string): Promise<ActiveRun>
  /** Goes on for that much more under the same schedule. @throws UserError when the schedule cannot grow so */
  extend(runId: string, by: Extension): Promise<ActiveRun>
  /**
   * Asks the run's trainer, here or through the database in another host, and waits until it has obeyed or refused.
   * @param within milliseconds to wait for another host · @throws UserError when nobody runs it
   */
  command(runId: string, command: RunCommand, within?: number): Promise<CommandOutcome>
  /** @throws UserError while the run is active */
  remove(runId: string): void
  subscribe(listener: RunListener): () => void
  /** Ends the trainers of this host at once; their runs are interrupted and can be resumed. */
  close(): Promise<void>
}

const requestPoll = 250
const heartbeatEvery = 1000

export function createRunService(store: Store, catalogue: Catalogue, devices: Devices): RunService {
  const active = new Map<string, ActiveRun>()
  const listeners = new Set<RunListener>()
  const clocks = createClocks(store, active)
  const interruptions = createInterruptions(store)
  const estimator = createEstimator(store, catalogue, devices)
  let requests = 0

  const start = async (run: RunRecord, claim: () => RunRecord): Promise<ActiveRun> => {
    const { folder, meta } = await dataOf(store, catalogue, run)
    const choice = await devices.choose(askedFor(run, meta))
    const claimed = claim()
    const onStored: RunListener = (events) => {
      for (const listener of listeners) listener(events)
    }
    const begin = (advice: DeviceAdvice) =>
      beginAttempt(store, claimed, { folder, advice }, onStored, interruptions.put)
    const attempt =
      choice.type === 'advice'
        ? begin(choice.advice)
        : measureThenRun(store, claimed, choice, begin, interruptions.put)
    // After that: what it measures for the same model goes on for the run.
    estimator.stop()
    active.set(run.id, attempt)
    clocks.run()
    const finished = attempt.finished.finally(() => {
      // Resumed as soon as it had ended, the run may have its next trainer before this one's process is gone.
      if (active.get(run.id) === attempt) active.delete(run.id)
      clocks.rest()
      queue.poke()
    })
    // Whoever started it may not be waiting for it.
    finished.catch(() => undefined)
    return endingAs(attempt, finished)
  }
  const launch = async (spec: unknown): Promise<ActiveRun> => {
    const run = await createRun(store, catalogue, spec, store.write.createRun)
    try {
      return await start(run, () => store.write.claimRun(run.id))
    } catch (error) {
      // Nobody else will begin it, and as long as it looks as if somebody did, the queue waits for it.
      interruptions.put(unbegun(run, 'interrupted', error))
      throw error
    }
  }
  const queue = createQueueWorker(store, async (run) => {
    try {
      await start(run, () => run)
    } catch (error) {
      interruptions.put(unbegun(run, 'failed', error))
    }
  })
  const subscribe = (listener: RunListener) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }

  return {
    async launch(spec) {
      const started = await launch(spec)
      const finished = started.finished.then((end) => refuseUnbuildable(store, end))
      finished.catch(() => undefined)
      return endingAs(started, finished)
    },
    launchToStay: launch,
    async enqueue(spec) {
      const run = await createRun(store, catalogue, spec, store.write.enqueueRun)
      queue.poke()
      return run
    },
    workOnQueue: () => queue.open(),
    leaveQueue: () => queue.close(),
    estimate: (spec) => estimator.estimate(spec),
    async resume(runId) {
      const run = store.read.run(runId)
      if (run.status === 'completed') {
        throw new UserError(
          `While resuming run ${run.id}: it has completed all of its ${run.totalSteps} steps; ${waysOn(run)}.`,
        )
      }
      return start(run, () => store.write.claimRun(run.id))
    },
    async extend(runId, by) {
      const run = store.read.run(runId)
      extended(run, by)
      return start(run, () => store.write.claimRun(run.id, (claimed) => extended(claimed, by)))
    },
    async command(runId, command, within) {
      const run = store.read.run(runId)
      const here = active.get(run.id)
      if (here === undefined) return commandElsewhere(store, run, command, within)
      requests -= 1
      return commandHere(store, here, command, requests, subscribe)
    },
    remove(runId) {
      store.write.deleteRun(store.read.run(runId).id)
    },
    subscribe,
    async close() {
      queue.close()
      estimator.stop()
      const ends = [...active.values()].map((run) => {
        run.abandon('The program that ran it was closed.')
        return run.finished
      })
      await Promise.allSettled(ends)
      interruptions.close()
    },
  }
}

/** The same run with another end. The process of its trainer may come later. */
const endingAs = (run: ActiveRun, finished: ActiveRun['finished']): ActiveRun => ({
  runId: run.runId,
  ...(run.setup !== undefined && { setup: run.setup }),
  get trainerPid() {
    return run.trainerPid
  },
  ask: run.ask,
  abandon: run.abandon,
  finished,
})

/** What there is to do with a run that has completed. */
function waysOn(run: RunRecord): string {
  try {
    const by = usualExtension(run.spec.schedule, run.position.plan)
    extended(run, by)
    return `extend it by more ${'cycles' in by ? 'cycles' : 'epochs'} to go on`
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return 'it has no further cycle, so start a new run with a larger budget to train for longer'
  }
}

/** @throws UserError when the data set is gone or damaged */
async function dataOf(
  store: Store,
  catalogue: Catalogue,
  { id, datasetId }: RunRecord,
): Promise<StoredDataset> {
  try {
    return await catalogue.resolve(datasetId)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const name = store.read.datasets().find((each) => each.id === datasetId)?.name ?? datasetId
    throw new UserError(
      `While starting run ${id}: its data set ${name} (${datasetId}) is missing or damaged; import it again.`,
      { cause: error },
    )
  }
}

/** Checks the whole spec against its data before a row is written. */
async function createRun(
  store: Store,
  catalogue: Catalogue,
  input: unknown,
  put: (run: NewRun) => RunRecord,
): Promise<RunRecord> {
  const spec = parseRunSpec(input)
  const { meta, folder, plan } = await planRun(spec, catalogue)
  const { totalSteps, schedule } = buildPlan(spec, { plan, edits: [] })
  checkRates(spec.schedule, schedule)
  store.write.putDataset({ id: meta.id, name: meta.name, folder, meta: z.json().parse(meta) })
  return put({ spec, datasetId: meta.id, plan, totalSteps })
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** A run that could not be started waits no longer, and says why. */
function unbegun({ id, attempt }: RunRecord, status: Interruption['status'], error: unknown): Interruption {
  return { runId: id, attempt, reason: wordsOf(error), status }
}

/** A run that has begun stays on its device; a new one is measured for, unless another run would disturb that. */
function askedFor(run: RunRecord, meta: DatasetMeta): Asked {
  return {
    run: run.id,
    wanted: run.spec.device,
    subject: subjectOf(run.spec, meta),
    ranOn: ranOn(run),
  }
}

/** Whatever goes wrong between the claim and the fork, the run does not stay marked as running. */
function beginAttempt(
  store: Store,
  run: RunRecord,
  given: Given,
  onStored: RunListener,
  onInterrupted: (interruption: Interruption) => void,
): ActiveRun {
  try {
    return runAttempt(store, startRequest(store, run, given), onStored, onInterrupted)
  } catch (error) {
    const reason = `The trainer could not be started (${wordsOf(error)}).`
    onInterrupted({ runId: run.id, attempt: run.attempt, reason, status: 'interrupted' })
    throw error
  }
}

/** What this machine gives a run besides its row. */
interface Given {
  readonly folder: string
  readonly advice: DeviceAdvice
}

function startRequest(store: Store, run: RunRecord, { folder, advice }: Given) {
  const state = store.read.checkpoint(run.id)
  return {
    type: 'start' as const,
    runId: run.id,
    attempt: run.attempt,
    spec: run.spec,
    datasetFolder: folder,
    devices: advice,
    plan: run.position.plan,
    edits: [...run.position.edits],
    ...(state !== undefined && { state }),
  }
}

function extended(run: RunRecord, by: Extension): { plan: SchedulePlan; totalSteps: number } {
  const { schedule } = run.spec
  const plan = extendPlanBy(schedule, run.position.plan, by, run.position.edits)
  const compiled = compileSchedule(schedule, plan, run.position.edits)
  checkRates(schedule, compiled)
  return { plan, totalSteps: compiled.totalSteps }
}

function refuseUnbuildable(store: Store, end: ActiveRunEnd): ActiveRunEnd {
  if (end.wasReady || end.run.status !== 'failed') return end
  store.write.discardRun(end.run.id)
  throw new UserError(end.run.reason ?? 'The trainer could not build the model of this spec.')
}

/** While runs are active: says that this host lives, and hands on what other doors ask for. */
function createClocks(store: Store, active: ReadonlyMap<string, ActiveRun>) {
  let timers: NodeJS.Timeout[] = []
  let seen = -1
  const poll = (): void => {
    const version = store.read.version()
    if (version === seen) return
    seen = version
    for (const run of active.values()) {
      for (const { requestId, command } of store.write.takeRequests(run.runId))
        run.ask({ ...command, requestId })
    }
  }
  // A database busy or full for a moment must not end the host: the next tick tries again, and events that cannot be
  // stored end their run with a reason.
  const tolerant = (work: () => void) => (): void => {
    try {
      work()
    } catch {
      seen = -1
    }
  }
  return {
    run() {
      if (timers.length > 0) return
      store.write.heartbeat()
      timers = [
        setInterval(
          tolerant(() => store.write.heartbeat()),
          heartbeatEvery,
        ),
        setInterval(tolerant(poll), requestPoll),
      ]
    },
    rest() {
      if (active.size > 0) return
      for (const timer of timers) clearInterval(timer)
      timers = []
    },
  }
}
