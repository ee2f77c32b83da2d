import { UserError } from '../../shared/errors.ts'
import { slurmWorkerName } from '../../shared/worker/placement.ts'
import type { OfferableRun, PlacedAttempt } from '../store/types/worker.ts'
import type { Store } from '../store/types.ts'
import type { JobState, SlurmCommands } from './commands.ts'
import { isLive, type JobEnd, jobEnd } from './jobEnds.ts'
import { elementsOf, type KeptJobs } from './keptJobs.ts'
import type { SlurmSettings } from './settings.ts'
import { halves, jobPlans, removeJobFiles, type Submittable, submitJob } from './submission.ts'

/*
 * One comparison of the lab with Slurm. SQLite is the truth: every run that is to train by Slurm and could begin has a job,
 * and every job of ours has such a run.
 *
 *   run without a job           → sbatch, an array for those of one study
 *   job without a run           → scancel (stopped, placed elsewhere, deleted)
 *   job over, run not           → another job, or an end in words (jobEnds.ts)
 */

export interface SlurmLab {
  readonly store: Pick<Store, 'workers'> & {
    readonly read: Pick<Store['read'], 'run'>
    readonly write: Pick<Store['write'], 'setStatus'>
  }
  readonly kept: KeptJobs
  readonly settings: SlurmSettings
  readonly commands: SlurmCommands
  /** Some run waits again, or has ended. */
  onQueueChanged(): void
}

/** What is remembered from one comparison to the next; nothing is lost without it. */
export interface SlurmMemory {
  /** Jobs that had no run, and attempts whose job was over, at the last look: what they have said may be on its way. */
  seen: Set<string>
  /** Of a run: steps done at the end of its last job, and suspect jobs since without another one. */
  readonly ends: Map<string, { readonly steps: number; readonly count: number }>
  /** Jobs that were pending at the last look. */
  pending: ReadonlySet<string>
}

export const noMemory = (): SlurmMemory => ({ seen: new Set(), ends: new Map(), pending: new Set() })

/** Suspect jobs one after another without a step done, after which a run is given up. */
const mostSuspectJobs = 3

/** The lab and Slurm, side by side. */
interface Compared {
  readonly waiting: readonly OfferableRun[]
  readonly active: readonly PlacedAttempt[]
  /** By what Slurm calls them; those that it has forgotten are not there. */
  readonly jobs: ReadonlyMap<string, JobState>
  /** Of each job that a run waits for, or trains in, the run. */
  readonly runOf: ReadonlyMap<string, string>
  endOf(job: string): JobEnd
}

/** @throws SlurmAway; UserError for what sbatch refuses: then other runs' jobs are submitted all the same */
export async function syncSlurm(lab: SlurmLab, memory: SlurmMemory): Promise<void> {
  const found = await compare(lab, memory)
  if (found === undefined) return
  const seen = new Set<string>()
  const isSeenAgain = (what: string): boolean => {
    seen.add(what)
    return memory.seen.has(what)
  }
  for (const [job, runId] of found.runOf) sayState(lab, runId, job, found.jobs.get(job))
  for (const placed of found.active) {
    const { runId, attempt, slurmJob } = placed
    if (slurmJob !== null && isOver(found.jobs.get(slurmJob)) && isSeenAgain(`${runId}-${attempt}`))
      giveBack(lab, placed, found.endOf(slurmJob))
  }
  const toSubmit = withoutJob(lab, memory, found)
  await cancelUnwanted(lab, found, isSeenAgain)
  memory.seen = seen
  if (toSubmit.length > 0) refuseWhileItRests(lab)
  await submitAll(lab, toSubmit)
}

/** Jobs that are given no run would wait on their nodes until their time is over. @throws UserError */
function refuseWhileItRests({ store }: SlurmLab): void {
  const worker = store.workers
    .list()
    .find(({ name, state }) => name === slurmWorkerName && state !== 'removed')
  if (worker === undefined || worker.state === 'joined') return
  throw new UserError(
    `While submitting to Slurm: ${slurmWorkerName}, the worker of its jobs, is ${worker.state} and takes no runs now; "anneal workers welcome ${slurmWorkerName}" lets it take some again.`,
  )
}

/** @returns undefined where there is nothing to compare: then Slurm is not asked */
async function compare(
  { store, kept, commands, settings }: SlurmLab,
  memory: SlurmMemory,
): Promise<Compared | undefined> {
  const waiting = store.workers.offerable().filter(({ placement }) => placement.at === 'slurm')
  const active = store.workers.placed().filter(({ placement }) => placement.at === 'slurm')
  if (waiting.length + active.length + kept.list().length === 0) return undefined
  const runOf = new Map<string, string>()
  for (const { run, slurmJob } of waiting) if (slurmJob !== null) runOf.set(slurmJob, run.id)
  for (const { runId, slurmJob } of active) if (slurmJob !== null) runOf.set(slurmJob, runId)

  const jobs = await commands.jobs()
  findUnheard(kept, jobs)
  forgetOthers(kept, jobs)
  const forgotten = [...runOf.keys()].filter((job) => !jobs.has(job))
  const ended = await commands.ended(forgotten)
  forgetOthers(kept, ended)
  for (const [job, state] of ended) jobs.set(job, state)
  for (const job of forgotten) {
    // Elements of an array that are cancelled before they begin leave nothing.
    if (!jobs.has(job) && memory.pending.has(job))
      jobs.set(job, { state: 'CANCELLED', reason: null, name: '' })
  }
  memory.pending = new Set([...jobs].filter(([, { state }]) => state === 'PENDING').map(([job]) => job))
  return { waiting, active, jobs, runOf, endOf: (job) => jobEnd(job, jobs.get(job), settings.memory) }
}

/** Runs that wait and have no job, or none any more. */
function withoutJob(lab: SlurmLab, memory: SlurmMemory, { waiting, jobs, endOf }: Compared): Submittable[] {
  const owed = new Set(lab.kept.list().flatMap((each) => elementsOf(each).map(({ job }) => job)))
  return waiting.flatMap(({ run, slurmJob }) => {
    if (slurmJob === null) return [run]
    if (!isOver(jobs.get(slurmJob))) return []
    // What was given up by that end, and waits again, was resumed by a user.
    if (!owed.has(slurmJob)) return [run]
    if (!isGivenUp(lab, memory, { runId: run.id, steps: run.stepsDone }, endOf(slurmJob))) return [run]
    settle(lab.kept, slurmJob)
    return []
  })
}

const isOver = (state: JobState | undefined): boolean => state === undefined || !isLive(state)

/** Jobs whose number was not heard when they were submitted. */
function findUnheard(kept: KeptJobs, jobs: ReadonlyMap<string, JobState>): void {
  for (const noted of kept.list()) {
    if (noted.job !== null) continue
    const found = [...jobs].find(([, { name }]) => name === noted.name)
    if (found === undefined) kept.drop(noted.name)
    else kept.put({ ...noted, job: found[0].split('_')[0] ?? found[0] })
  }
}

/** Numbers begin anew some day: another job that has one of ours is not to be waited for, or cancelled. */
function forgetOthers(kept: KeptJobs, jobs: Map<string, JobState>): void {
  for (const each of kept.list())
    for (const { job } of elementsOf(each)) {
      const found = jobs.get(job)
      if (found !== undefined && found.name !== each.name) jobs.delete(job)
    }
}

function sayState({ store }: SlurmLab, runId: string, job: string, found: JobState | undefined): void {
  if (found === undefined) return
  store.workers.setSlurmJob(runId, { job, state: found.state, reason: found.reason })
}

/** Of a run that has ended, or is to train no more: of its job, if that was its last one. */
function sayLastState(lab: SlurmLab, runId: string, job: string, found: JobState | undefined): void {
  if (statusOf(lab, runId)?.job === job) sayState(lab, runId, job, found)
}

/** @returns undefined for a run that was deleted */
function statusOf({ store }: SlurmLab, runId: string) {
  try {
    const { status, place } = store.read.run(runId)
    return { status, job: place?.slurm?.job }
  } catch (error) {
    if (error instanceof UserError) return undefined
    throw error
  }
}

/**
 * Of a run that its worker says nothing of any more: its job is over. No failure of the attempt: what its worker has kept in the
 * folder still counts, should the next job find it.
 */
function giveBack({ store, onQueueChanged }: SlurmLab, placed: PlacedAttempt, end: JobEnd): void {
  const { runId, attempt } = placed
  if (store.workers.requeue({ runId, attempt }, { reason: end.reason, isFailure: false })) onQueueChanged()
}

/** Whether the end of its job is the end of the run, which is queued. */
function isGivenUp(
  lab: SlurmLab,
  { ends }: SlurmMemory,
  { runId, steps }: { readonly runId: string; readonly steps: number },
  end: JobEnd,
): boolean {
  // Its end may have come while Slurm was asked.
  if (statusOf(lab, runId)?.status !== 'queued') return true
  const { store, onQueueChanged } = lab
  const before = ends.get(runId)
  const isStuck = before !== undefined && steps <= before.steps
  const count = (isStuck ? before.count : 0) + Number(end.isSuspect)
  ends.set(runId, { steps, count })
  if (end.fate === 'again' && count < mostSuspectJobs) return false
  ends.delete(runId)
  const words =
    end.fate === 'again'
      ? `${end.reason} So did ${mostSuspectJobs} of its jobs one after another, without a step done; their logs are in the folder "logs" of the shared folder.`
      : end.reason
  try {
    store.write.setStatus(runId, end.fate === 'stopped' ? 'stopped' : 'failed', words)
  } catch (error) {
    // Stopped, deleted or taken meanwhile.
    if (!(error instanceof UserError)) throw error
  }
  onQueueChanged()
  return true
}

async function cancelUnwanted(
  lab: SlurmLab,
  { jobs, runOf }: Compared,
  isSeenAgain: (what: string) => boolean,
): Promise<void> {
  const { kept, commands } = lab
  const unwanted: string[] = []
  for (const each of kept.list()) {
    for (const { job, runId } of elementsOf(each))
      if (!runOf.has(job)) sayLastState(lab, runId, job, jobs.get(job))
    const living = elementsOf(each).filter(({ job }) => !isOver(jobs.get(job)))
    if (living.length === 0) {
      if (each.job !== null) await removeJobFiles(lab, each)
      kept.drop(each.name)
    }
    for (const { job, runId } of living) {
      if (runOf.get(job) === runId) continue
      // One that has begun has been told by its worker's host, and says its last words: it gets the time to.
      if (jobs.get(job)?.state === 'PENDING' || isSeenAgain(job)) unwanted.push(job)
    }
  }
  if (unwanted.length > 0) await commands.cancel(unwanted)
}

function settle(kept: KeptJobs, job: string): void {
  for (const each of kept.list())
    if (elementsOf(each).some((element) => element.job === job))
      kept.put({ ...each, settled: [...each.settled, job] })
}

async function submitAll(lab: SlurmLab, runs: readonly Submittable[]): Promise<void> {
  let refusal: UserError | undefined
  const plans = jobPlans(runs, Date.now().toString(36))
  for (let plan = plans.shift(); plan !== undefined; plan = plans.shift()) {
    try {
      await submitJob(lab, plan, (runId, job) =>
        lab.store.workers.setSlurmJob(runId, { job, state: 'PENDING', reason: null }),
      )
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      lab.kept.drop(plan.name)
      await removeJobFiles(lab, plan)
      if (plan.runIds.length > 1 && /job array spec/i.test(error.message)) plans.unshift(...halves(plan))
      else refusal = error
    }
  }
  if (refusal !== undefined) throw refusal
}
