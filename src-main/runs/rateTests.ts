import { UserError } from '../../shared/errors.ts'
import { originOf } from '../../shared/run/origin.ts'
import type { RateTestSettings } from '../../shared/run/rateTest.ts'
import { parseRunSpec, type RunSpec } from '../../shared/run/spec.ts'
import { rampSchedule } from '../../shared/study/rateRamp.ts'
import type { Catalogue } from '../datasets/index.ts'
import type { NewRun, RunRecord, Store, StoreReads } from '../store/types.ts'
import { refuseElsewhere } from '../trainedElsewhere.ts'
import { createWithWeights, type WeightsSource } from './givenWeights.ts'
import { createRun } from './newRun.ts'

/** A range test that is asked for. */
export interface RateTestRequest {
  /** Of the run whose rate is to be found: its schedule and budget do not matter, and may be absent. */
  readonly spec: unknown
  readonly settings: RateTestSettings
  /** Of the model to start with; fresh weights when absent. */
  readonly snapshotId?: number | undefined
  /** Weights of whatever run or program to start with, instead of a snapshot's state. */
  readonly weights?: Omit<WeightsSource, 'kind'> | undefined
}

/**
 * Stores a range test as a run of its own kind: its schedule is the ramp, its budget the test's steps.
 * @throws UserError for what breaks a rule; nothing is stored then
 */
export async function createRateTest(
  store: Store,
  catalogue: Catalogue,
  { spec, settings, snapshotId, weights }: RateTestRequest,
  put: (run: NewRun) => RunRecord,
): Promise<RunRecord> {
  const tested = testSpec(spec, settings)
  const parent = snapshotId === undefined ? undefined : parentOf(store.read, snapshotId)
  if (parent !== undefined) await refuseMisfit(catalogue, tested, parent.run)
  const about = { kind: 'rateTest' as const, rateTest: settings, ...(parent && { origin: parent.origin }) }
  return weights === undefined
    ? createRun(store, catalogue, tested, put, about)
    : createWithWeights(store, catalogue, tested, { kind: 'weights', ...weights }, (run) =>
        put({ ...run, ...about }),
      )
}

/** The run of a test. @throws UserError for a spec that breaks a rule, whether in what the test uses or not */
export function testSpec(input: unknown, settings: RateTestSettings): RunSpec {
  const ramp = { schedule: rampSchedule(settings), budget: { steps: settings.steps } }
  const isObject = typeof input === 'object' && input !== null && !Array.isArray(input)
  const spec = parseRunSpec(isObject ? { ...ramp, ...input } : input, 'reading the run spec of a range test')
  const name = `Range test: ${spec.name ?? `${spec.model.kind} · ${spec.dataset.name}`}`.slice(0, 200)
  return { ...spec, ...ramp, name, snapshots: { at: 'last' } }
}

/** @throws UserError when it is not there; StoreError when it is damaged */
function parentOf(read: StoreReads, snapshotId: number) {
  const snapshot = read.snapshot(snapshotId)
  read.snapshotModel(snapshotId)
  const run = read.run(snapshot.runId)
  return { run, origin: originOf('branch', run, snapshot.step + 1, snapshot.weightsSha256) }
}

/** @throws UserError where the weights of the parent are not those of the model that the test would build */
async function refuseMisfit(catalogue: Catalogue, spec: RunSpec, parent: RunRecord): Promise<void> {
  const doing = `While starting a range test on a snapshot of run ${parent.name} (${parent.id})`
  if (JSON.stringify(spec.model) !== JSON.stringify(parent.spec.model)) {
    throw new UserError(
      `${doing}: model: must be that of the run (received ${spec.model.kind}, where the run has ${parent.spec.model.kind} with settings of its own); take the model from the run's spec.`,
    )
  }
  const [own, its] = await Promise.all([
    catalogue.resolve(spec.dataset.name),
    catalogue.resolve(parent.datasetId),
  ])
  const shapeOf = ({ meta }: typeof own): string => `${meta.shape.join('×')}, ${meta.classes.length} classes`
  if (shapeOf(own) === shapeOf(its)) return
  throw new UserError(
    `${doing}: dataset: must have the shape of the run's, ${shapeOf(its)} (received ${own.meta.name}: ${shapeOf(own)}); test it on data of that shape.`,
  )
}

/** @throws UserError for a range test, which has said what it can */
export function refuseRateTest({ id, kind }: RunRecord, doing: string): void {
  refuseElsewhere({ kind }, `While ${doing} run ${id}`)
  if (kind !== 'rateTest') return
  throw new UserError(
    `While ${doing} run ${id}: it is a range test, which ends where its rates do; start another one with other rates (anneal find-lr), or a run with what it found.`,
  )
}
