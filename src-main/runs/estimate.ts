import type { Estimate } from '../../shared/api/runs.ts'
import { UserError } from '../../shared/errors.ts'
import type { MeasuredDevice } from '../../shared/run/deviceComparison.ts'
import type { DeviceAdvice } from '../../shared/run/probe.ts'
import { type EngineName, parseRunSpec, type RunSpec } from '../../shared/run/spec.ts'
import type { Catalogue } from '../datasets/index.ts'
import type { Choice, Devices } from '../devices/index.ts'
import { NoAnswer } from '../process/noAnswer.ts'
import { runJob } from '../process/runJob.ts'
import type { Store } from '../store/types.ts'
import { pastSpeed } from './pastSpeed.ts'
import { type PlannedRun, planRun, subjectOf } from './plannedRun.ts'

/** Milliseconds that a process may take to measure: data, model and a step or two of a large one. */
const patience = 30_000
const mostKept = 100

export interface Estimator {
  /**
   * From a past run where there is one, else measured in a process of its own, one at a time; a question that waits gives
   * way to a newer one. While a run trains nothing is measured (it would be slowed down, and the time found be wrong): what
   * was measured to choose a device is told then.
   * @throws UserError when the spec breaks a rule, or why no time is known
   */
  estimate(spec: unknown): Promise<Estimate>
  /** A run begins: what is being measured would disturb it. Also for the end of the host. */
  stop(): void
}

export function createEstimator(store: Store, catalogue: Catalogue, devices: Devices): Estimator {
  const known = new Map<string, Promise<Estimate>>()
  const line = createLine()
  let questions = 0

  return {
    async estimate(input) {
      const spec = parseRunSpec(input)
      // Which one is the newest is told by when it was asked: their data may come in another order.
      const number = ++questions
      const planned = await planRun(spec, catalogue)
      const choice = await devices.choose({ wanted: spec.device, subject: subjectOf(spec, planned.meta) })
      const past = pastSpeed(store.read, spec, planned.meta.id, deviceOf(choice))
      // While a run trains there is no telling which device "auto" would take.
      if (past !== undefined && (choice.type === 'advice' || isTraining(store))) return past
      const key = keyOf(spec, planned)
      const found = known.get(key)
      if (found !== undefined) return found
      const chosen = choice.type === 'advice' ? choice.measured : undefined
      if (chosen !== undefined && isTraining(store)) return asMeasured(chosen)
      const measured = line.enter(number, async (signal) => {
        refuseWhileTraining(store)
        if (choice.type === 'advice') return measure(spec, planned, choice.advice, signal)
        const advice = await explained(choice.measure(signal))
        const [fastest] = advice.auto?.order ?? []
        return pastSpeed(store.read, spec, planned.meta.id, fastest) ?? measure(spec, planned, advice, signal)
      })
      if (known.size >= mostKept) known.clear()
      known.set(key, measured)
      measured.catch(() => known.delete(key))
      return measured
    },
    stop: () => line.stop(),
  }
}

/** What decides how long a step takes. */
function keyOf(
  { model, optimizer, batchSize, augmentation, clipping, ema, device, dataset }: RunSpec,
  { meta }: PlannedRun,
) {
  const { validation, test } = dataset
  const recipe = [optimizer.kind, batchSize, augmentation, clipping, ema]
  return JSON.stringify([meta.id, validation, test, model, recipe, device])
}

/** What is known of a step, where nothing can be measured now. */
const asMeasured = ({ stepMs, device }: MeasuredDevice): Estimate => ({
  secondsPerStep: stepMs / 1000,
  secondsPerEvaluation: null,
  source: 'measured',
  device,
})

/** What "auto" is known to take for it, where it has a choice. */
const deviceOf = (choice: Choice): EngineName | undefined =>
  choice.type === 'advice' ? choice.advice.auto?.order[0] : undefined

const isTraining = ({ read }: Store): boolean =>
  read.runs({ status: 'running' }).some(({ kind }) => kind !== 'elsewhere')

function refuseWhileTraining({ read }: Store): void {
  const [running] = read.runs({ status: 'running', limit: 1 })
  if (running === undefined) return
  const trains = read.trainingRun()
  const what =
    trains === undefined ? `devices are being measured for run ${running.id}` : `run ${trains} trains now`
  throw new UserError(
    `While measuring a run: ${what}, and the two would slow each other down; the time can be measured when it has ended.`,
  )
}

async function measure(
  spec: RunSpec,
  { folder, plan }: PlannedRun,
  devices: DeviceAdvice,
  signal: AbortSignal,
): Promise<Estimate> {
  const question = { spec, datasetFolder: folder, devices, plan }
  const answer = await explained(runJob('measure', question, { within: patience, signal }))
  const { secondsPerStep, secondsPerEvaluation, device } = answer
  return { secondsPerStep, secondsPerEvaluation, device, source: 'measured' }
}

function explained<T>(answer: Promise<T>): Promise<T> {
  return answer.catch((error: unknown) => {
    throw error instanceof NoAnswer ? new UserError(explain(error)) : error
  })
}

function explain({ why, message }: NoAnswer): string {
  switch (why) {
    case 'late':
      return `While measuring a run: a step of it had not ended after ${patience / 1000} s, so no time can be told; start it to see, or make the model or the batch smaller.`
    case 'cancelled':
      return 'While measuring a run: another run was started or asked for, so this one was not measured; ask again when nothing trains.'
    case 'died':
      return `While measuring a run: its process failed (${message}), perhaps for lack of memory; make the model or the batch smaller.`
  }
}

/** One at a time, and only the newest waits. */
function createLine() {
  let active: { readonly end: AbortController; readonly over: Promise<unknown> } | undefined
  let waiting: { readonly number: number; giveUp(): void } | undefined
  const superseded = () => new UserError(explain(new NoAnswer('cancelled', 'a newer one came')))
  return {
    /** @param number greater for what was asked later */
    async enter<T>(number: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
      while (active !== undefined) {
        if (waiting !== undefined && waiting.number > number) throw superseded()
        waiting?.giveUp()
        const { over } = active
        const isLast = await new Promise<boolean>((resolve) => {
          waiting = { number, giveUp: () => resolve(false) }
          over.then(
            () => resolve(true),
            () => resolve(true),
          )
        })
        if (!isLast) throw superseded()
        waiting = undefined
      }
      const end = new AbortController()
      const over = work(end.signal)
      const mine = { end, over }
      active = mine
      try {
        return await over
      } finally {
        if (active === mine) active = undefined
      }
    },
    stop(): void {
      waiting?.giveUp()
      active?.end.abort()
    },
  }
}
