import type { CommandOutcome, Estimate } from '../../shared/api/runs.ts'
import { UserError } from '../../shared/errors.ts'
import type { TrainerEvent } from '../../shared/run/messages.ts'
import type { Extension } from '../../shared/schedule/index.ts'
import type { Placement } from '../../shared/worker/placement.ts'
import type { Catalogue } from '../datasets/index.ts'
import type { Devices } from '../devices/index.ts'
import type { NewPlan, NewRun, RunCommand, RunRecord, Store } from '../store/types.ts'
import { refuseCommandElsewhere, refuseElsewhere } from '../trainedElsewhere.ts'
import type { ActiveRun, ActiveRunEnd } from './activeRun.ts'
import { beginAttempt, unbegun } from './attempts.ts'
import { type BranchSource, createBranch } from './branching.ts'
import { childTrainers } from './childTrainer.ts'
import { afterEnd, commandElsewhere, commandHere } from './commands.ts'
import { createEstimator } from './estimate.ts'
import { waysOn, withExtension } from './extension.ts'
import { createWithWeights, type WeightsSource } from './givenWeights.ts'
import { createInterruptions, type Interruptions } from './interruptions.ts'
import { createRun } from './newRun.ts'
import { createOwnership } from './ownership.ts'
import { checkPlacement, commandPlaced } from './placedRuns.ts'
import { createQueueWorker } from './queueWorker.ts'
import { createRateTest, type RateTestRequest, refuseRateTest } from './rateTests.ts'
import type { StartTrainer } from './trainerLink.ts'

/** Told after events have been stored: what a watcher shows is what a reload would show. */
export type RunListener = (events: readonly TrainerEvent[]) => void

/** What a run may begin with: the state of another one, or weights given to it. */
export type RunSource = BranchSource | WeightsSource

export interface RunService {
  /**
   * Creates and starts a run: of fresh weights, or `from` what another one or a file has. A run that fails before its first step (a model that does not fit the data) leaves nothing
   * behind: `finished` then rejects with a UserError.
   * @throws UserError for a spec, data set or schedule that breaks a rule; nothing is stored then
   */
  launch(spec: unknown, from?: RunSource): Promise<ActiveRun>
  /** Creates and starts a run that stays, with its reason, also where it fails before its first step. */
  launchToStay(spec: unknown, from?: RunSource): Promise<ActiveRun>
  /** As `launch`, a range test. */
  launchRateTest(request: RateTestRequest): Promise<ActiveRun>
  /** As `launchToStay`. */
  launchRateTestToStay(request: RateTestRequest): Promise<ActiveRun>
  /** Creates a range test that starts when `enqueue`'s would. */
  enqueueRateTest(request: RateTestRequest, placement?: Placement): Promise<RunRecord>
  /**
   * Creates a run that starts when no run of the lab is active, in whichever host works on the queue then; with a placement,
   * when a machine it is meant for takes it.
   */
  enqueue(spec: unknown, from?: RunSource, placement?: Placement): Promise<RunRecord>
  /** Starts queued runs from now on, until `close`: all, or those of one study alone. */
  workOnQueue(studyId?: string): void
  /** Done by a host that works on the queue whenever it looks: every second, and after the end of a run. */
  beforeLook(prepare: () => Promise<void>): void
  /** Something was queued, or may be started now, here or elsewhere. */
  pokeQueue(): void
  /** Calls back whenever this host knows that something was queued. @returns ends it */
  onQueued(listener: () => void): () => void
  /** Starts none any more: they wait for another host, or for the next start of this one. */
  leaveQueue(): void
  /** Where a queued run is to train from now on: null for here. @throws UserError when it is not queued (any more) */
  place(runId: string, placement: Placement | null): void
  /** How long a step takes: see estimate.ts. */
  estimate(spec: unknown): Promise<Estimate>
  /** Goes on here from the last checkpoint. @throws UserError when it runs already or has nothing left to do */
  resume(runId: string): Promise<ActiveRun>
  /** Goes on here for that much more under the same schedule. @throws UserError when the schedule cannot grow so */
  extend(runId: string, by: Extension): Promise<ActiveRun>
  /**
   * As `resume`, or `extend` where it says by how much, wherever the run is placed.
   * @returns undefined for one that is placed elsewhere: it waits for a worker again
   */
  goOn(runId: string, by?: Extension): Promise<ActiveRun | undefined>
  /**
   * Asks the run's trainer, here or through the database in another host, and waits until it has obeyed or refused; of a run
   * on another machine some seconds at most, since the order is kept.
   * @param within milliseconds to wait for another host · @throws UserError when nobody runs it
   */
  command(runId: string, command: RunCommand, within?: number): Promise<CommandOutcome>
  /** @throws UserError while the run is active */
  remove(runId: string): void
  subscribe(listener: RunListener): () => void
  /** Tells those who watch of events that another part of this host has stored. */
  tellStored(events: readonly TrainerEvent[]): void
  /** Ends of runs that the database could not take yet: what is read of runs goes through `asKnown`. */
  readonly ends: Pick<Interruptions, 'asKnown' | 'unstored' | 'listen'>
  /** Ends the trainers of this host at once; their runs are interrupted and can be resumed. */
  close(): Promise<void>
}

export interface RunServiceOptions {
  /** How trainers are started; as child processes where absent. */
  readonly startTrainer?: StartTrainer
  /** Milliseconds for which a trainer may be silent after it was told to stop; then it is ended by force. */
  readonly stopPatience?: number
}

export function createRunService(
  store: Store,
  catalogue: Catalogue,
  devices: Devices,
  options: RunServiceOptions = {},
): RunService {
  const { startTrainer = childTrainersOf(catalogue), stopPatience = 60_000 } = options
  const listeners = new Set<RunListener>()
  const queueListeners = new Set<() => void>()
  const tellStored = (events: readonly TrainerEvent[]): void => {
    for (const listener of listeners) listener(events)
  }
  const owned = createOwnership(store, () => queue.poke())
  const interruptions = createInterruptions(store)
  const estimator = createEstimator(store, catalogue, devices)
  const context = {
    store,
    catalogue,
    devices,
    startTrainer,
    stopPatience,
    onInterrupted: interruptions.put,
    onStored: tellStored,
  }
  let requests = 0

  const start = async (run: RunRecord, claim: () => RunRecord): Promise<ActiveRun> => {
    const attempt = await beginAttempt(context, run, claim)
    // After the attempt has begun: what the estimator measures for the same model goes on for the run.
    estimator.stop()
    const finished = owned.take(attempt)
    // The caller need not wait for the end.
    finished.catch(() => undefined)
    return endingAs(attempt, finished)
  }
  const create = (
    spec: unknown,
    from: RunSource | undefined,
    put: (run: NewRun) => RunRecord,
  ): Promise<RunRecord> =>
    from === undefined
      ? createRun(store, catalogue, spec, put)
      : from.kind === 'weights'
        ? createWithWeights(store, catalogue, spec, from, put)
        : createBranch(store, catalogue, spec, from, put)
  const launch = (spec: unknown, from?: RunSource): Promise<ActiveRun> =>
    startNew(create(spec, from, store.write.createRun))
  const startNew = async (created: Promise<RunRecord>): Promise<ActiveRun> => {
    const run = await created
    try {
      return await start(run, () => store.write.claimRun(run.id))
    } catch (error) {
      // Nobody else will begin it, and as long as it looks as if somebody did, the queue waits for it.
      interruptions.put(unbegun(run, 'interrupted', error))
      throw error
    }
  }
  const preparations = new Set<() => Promise<void>>()
  const queue = createQueueWorker(
    store,
    async (run) => {
      try {
        await start(run, () => run)
      } catch (error) {
        interruptions.put(unbegun(run, 'failed', error))
      }
    },
    async () => {
      for (const prepare of preparations) await prepare()
    },
  )
  const launchRateTest = (request: RateTestRequest): Promise<ActiveRun> =>
    startNew(createRateTest(store, catalogue, request, store.write.createRun))
  const orNothing = (started: ActiveRun): ActiveRun => {
    const finished = started.finished.then((end) => refuseUnbuildable(store, end))
    finished.catch(() => undefined)
    return endingAs(started, finished)
  }
  const enqueued = async (created: Promise<RunRecord>): Promise<RunRecord> => {
    const run = await created
    poke()
    return run
  }
  const poke = (): void => {
    queue.poke()
    for (const listener of queueListeners) listener()
  }
  type Replan = (run: RunRecord) => NewPlan
  const toResume = (runId: string): RunRecord => {
    const run = store.read.run(runId)
    refuseElsewhere(run, `While resuming run ${run.id}`)
    if (run.status !== 'completed') return run
    refuseRateTest(run, 'resuming')
    throw new UserError(
      `While resuming run ${run.id}: it has completed all of its ${run.totalSteps} steps; ${waysOn(run)}.`,
    )
  }
  const toExtend = (runId: string, by: Extension): readonly [RunRecord, Replan] => {
    const run = store.read.run(runId)
    refuseRateTest(run, 'extending')
    withExtension(run, by)
    return [run, (known) => withExtension(known, by)]
  }
  const goOnHere = (run: RunRecord, replan?: Replan): Promise<ActiveRun> =>
    start(run, () => store.write.claimRun(run.id, replan))
  /** Stores a run to wait, here or elsewhere. */
  const queuedAt =
    (placement: Placement | undefined) =>
    (run: NewRun): RunRecord =>
      store.write.enqueueRun({ ...run, placement })
  const subscribe = (listener: RunListener) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }

  return {
    launch: async (spec, from) => orNothing(await launch(spec, from)),
    launchToStay: launch,
    launchRateTest: async (request) => orNothing(await launchRateTest(request)),
    launchRateTestToStay: launchRateTest,
    async enqueueRateTest(request, placement) {
      checkPlacement(store, placement, 'launching a range test')
      return enqueued(createRateTest(store, catalogue, request, queuedAt(placement)))
    },
    async enqueue(spec, from, placement) {
      checkPlacement(store, placement, 'launching a run')
      return enqueued(create(spec, from, queuedAt(placement)))
    },
    workOnQueue: (studyId) => queue.open(studyId),
    pokeQueue: poke,
    onQueued(listener) {
      queueListeners.add(listener)
      return () => void queueListeners.delete(listener)
    },
    beforeLook: (prepare) => void preparations.add(prepare),
    leaveQueue: () => queue.close(),
    estimate: (spec) => estimator.estimate(spec),
    resume: async (runId) => goOnHere(toResume(runId)),
    extend: async (runId, by) => goOnHere(...toExtend(runId, by)),
    async goOn(runId, by) {
      const [run, replan] = by === undefined ? [toResume(runId)] : toExtend(runId, by)
      if (run.place === null) return goOnHere(run, replan)
      store.workers.queueAgain(run.id, replan)
      poke()
      return undefined
    },
    place(runId, placement) {
      const { id } = store.read.run(runId)
      checkPlacement(store, placement ?? undefined, `placing run ${id}`)
      store.workers.place(id, placement)
      poke()
    },
    async command(runId, command, within) {
      const run = store.read.run(runId)
      refuseCommandElsewhere(run, command.type)
      const here = owned.find(run.id)
      const known = interruptions.asKnown(run)
      if (known !== run) return afterEnd(known, command)
      if (run.place !== null) return commandPlaced(store, run, command, within)
      if (here === undefined) return commandElsewhere(store, run, command, within)
      requests -= 1
      return commandHere(store, here, command, requests, subscribe)
    },
    remove(runId) {
      store.write.deleteRun(store.read.run(runId).id)
    },
    subscribe,
    tellStored,
    ends: interruptions,
    async close() {
      queue.close()
      estimator.stop()
      const ends = owned.all().map((run) => {
        run.abandon('The program that ran it was closed.')
        return run.finished
      })
      await Promise.allSettled(ends)
      interruptions.close()
    },
  }
}

const childTrainersOf = (catalogue: Catalogue): StartTrainer =>
  childTrainers(async (datasetId) => (await catalogue.resolve(datasetId)).folder)

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

/** A run that failed before its first step leaves nothing behind. */
function refuseUnbuildable(store: Store, end: ActiveRunEnd): ActiveRunEnd {
  if (end.wasReady || end.run.status !== 'failed') return end
  store.write.discardRun(end.run.id)
  throw new UserError(end.run.reason ?? 'The trainer could not build the model of this spec.')
}
