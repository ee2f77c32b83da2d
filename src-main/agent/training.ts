import { totalmem } from 'node:os'
import path from 'node:path'
import type { StartMessage } from '../../shared/run/messages.ts'
import type { DeviceName } from '../../shared/run/spec.ts'
import { type DeviceClass, type StartRequest, workerProtocol } from '../../shared/worker/protocol.ts'
import type { WorkerTimings } from '../../shared/worker/timings.ts'
import { readMeta } from '../datasets/open.ts'
import { childTrainers } from '../runs/childTrainer.ts'
import { subjectOf } from '../runs/plannedRun.ts'
import type { Desk } from '../workerLink/desk.ts'
import { whyFull } from './about.ts'
import { type AgentAttempt, beginAttempt, SpoolTaken } from './attempt.ts'
import type { AttemptTable } from './attemptTable.ts'
import type { DatasetCache, UsedDataset } from './datasetCache.ts'
import { drainSpool } from './drain.ts'
import { inWords } from './inWords.ts'
import type { Pushed } from './pusher.ts'
import type { SlotLease, Slots } from './slots.ts'
import { spoolFolder } from './spool/spools.ts'

/** What an agent trains with. */
export interface TrainingContext {
  /** Of the agent. */
  readonly folder: string
  readonly desk: Desk
  readonly slots: Pick<Slots, 'refresh' | 'list' | 'reserve' | 'adviceFor'>
  readonly datasets: DatasetCache
  readonly attempts: AttemptTable
  timings(): WorkerTimings
  log(line: string): void
  /** An attempt has begun or ended. */
  onChange(): void
}

export interface WantedRun {
  readonly runId: string
  readonly deviceClass: DeviceClass
  /** Bytes that it needs at least. */
  readonly memory: number
  readonly slurmJob?: string
}

/** What has become of a run that was asked for. */
export type Trained =
  | { readonly type: 'later'; readonly afterMs: number; readonly reason: string }
  /** Somebody else has it, or nobody is to have it. */
  | { readonly type: 'void'; readonly reason: string }
  /** It has trained here, to whatever end. */
  | { readonly type: 'trained'; readonly pushed: Pushed }

/** Asks the host for an attempt of a run, and trains it. @throws Away, TurnedAway where the host cannot be asked */
export async function trainRun(context: TrainingContext, wanted: WantedRun): Promise<Trained> {
  const { slots, timings } = context
  const later = (reason: string): Trained => ({ type: 'later', afterMs: timings().offerAgain, reason })
  if (wanted.memory > totalmem()) return later('its data set is larger than the memory of this machine')
  // No failure of the run, which another worker can take.
  const full = await whyFull(context.folder)
  if (full !== undefined) return later(full)
  // Somebody else may have taken a GPU since the last look.
  if (slots.list().some(({ cudaDevice }) => cudaDevice !== undefined)) await slots.refresh()
  const lease = slots.reserve(wanted.deviceClass)
  if (lease === undefined) return later('no slot is free')
  try {
    return await trainAt(context, wanted, lease)
  } finally {
    lease.release()
    context.onChange()
  }
}

async function trainAt(
  context: TrainingContext,
  { runId, slurmJob }: WantedRun,
  lease: SlotLease,
): Promise<Trained> {
  const { desk, attempts, log, onChange } = context
  const asking: StartRequest = {
    protocol: workerProtocol,
    runId,
    slot: lease.slot.id,
    ...(slurmJob !== undefined && { slurmJob }),
  }
  const answer = await desk.start(asking)
  if (answer.type !== 'start') return answer
  const { start, device } = answer
  lease.hold({ runId: start.runId, attempt: start.attempt })
  const folder = spoolFolder(path.join(context.folder, 'spool'), start)
  const begun = await begin(context, { folder, lease, start, device }).catch((error: unknown) => {
    if (error instanceof SpoolTaken) throw error
    // The host has given it to us: it is told what became of it.
    const reason = `It could not begin on its worker: ${inWords(error)}.`
    const key = { runId: start.runId, attempt: start.attempt }
    const attempt = drainSpool(context, { key, folder }, { how: 'unstartable', reason })
    return { attempt, release: async () => undefined }
  })
  try {
    attempts.add(begun.attempt)
    log(`Run ${start.runId}, attempt ${start.attempt}: begins at ${lease.slot.device}.`)
    onChange()
    const pushed = await begun.attempt.outcome
    log(`Run ${start.runId}, attempt ${start.attempt}: ${pushedWords(pushed)}.`)
    return { type: 'trained', pushed }
  } finally {
    await begun.release()
  }
}

interface Beginning {
  /** Of its spool. */
  readonly folder: string
  readonly lease: SlotLease
  readonly start: StartMessage
  readonly device: DeviceName
}

async function begin(
  { desk, timings, datasets, slots, onChange }: TrainingContext,
  { folder, lease, start, device }: Beginning,
): Promise<{ attempt: AgentAttempt; release(): Promise<void> }> {
  let used: UsedDataset | undefined
  const prepare = async (
    start: StartMessage,
    signal: AbortSignal,
    onWait: (reason: string | undefined) => void,
  ): Promise<StartMessage> => {
    used = await datasets.use(start.datasetId, signal, onWait)
    const subject = subjectOf(start.spec, await readMeta(used.folder))
    const devices = await slots.adviceFor({ start, device, subject }, lease, signal)
    return { ...start, devices, ...(lease.threads !== undefined && { threads: lease.threads }) }
  }
  const folderOf = async (id: string): Promise<string> => {
    if (used === undefined) throw new Error(`the data set ${id} is not here`)
    return used.folder
  }
  const startTrainer = childTrainers(folderOf, { ...lease.env, ANNEAL_AGENT: '1' })
  const attempt = await beginAttempt(
    { desk, folder, startTrainer, prepare, timings, onTrouble: onChange },
    start,
  )
  return { attempt, release: async () => used?.release() }
}

export function pushedWords(pushed: Pushed): string {
  switch (pushed.type) {
    case 'done':
      return 'the host has all of it'
    case 'fenced':
      return `the host takes no more of it (${inWords(new Error(pushed.reason))})`
    case 'turnedAway':
      return `is refused by the host: ${inWords(new Error(pushed.reason))}`
    case 'left':
      return 'waits in the spool for the host'
  }
}
