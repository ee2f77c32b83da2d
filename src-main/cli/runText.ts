import type { Core } from '../core.ts'
import type { RunRecord, SnapshotRecord } from '../store/types.ts'
import { absent, bytes, duration, fixed, moment, percent, rate, whole } from './format.ts'
import { oneLine } from './oneLine.ts'
import { runReport } from './reports.ts'
import { table } from './table.ts'
import { wrap } from './wrap.ts'

/** A run for people: what it is, how far it came, and its snapshots. */
export function describeRun(core: Core, run: RunRecord, columns: number): string {
  const report = runReport(core, run)
  const last = report.epochs.at(-1)
  const facts: [string, string][] = [
    ['run', `${run.id}  ${run.name}`],
    ['status', run.reason === null ? run.status : `${run.status}: ${run.reason}`],
    ['schedule', report.schedule.summary],
    ['data', `${run.spec.dataset.name} (${run.datasetId})`],
    [
      'model',
      `${run.spec.model.kind}, ${run.parameters === null ? absent : whole(run.parameters)} parameters`,
    ],
    [
      'device',
      run.device === null ? (run.deviceReason ?? absent) : `${run.device}: ${run.deviceReason ?? ''}`,
    ],
    ['steps', `${whole(run.stepsDone)} of ${whole(run.totalSteps)}`],
    ['trained', duration(report.epochs.reduce((sum, { seconds }) => sum + seconds, 0))],
    [
      'last epoch',
      last === undefined
        ? absent
        : `loss ${fixed(last.trainLoss)}, validation ${percent(last.valAccuracy)}, test ${percent(last.testAccuracy)}`,
    ],
    ['weights', run.finalWeightsSha256 ?? absent],
  ]
  const width = Math.max(...facts.map(([name]) => name.length))
  const indent = ' '.repeat(width + 4)
  const head = facts
    .map(([name, value]) => `${wrap(`  ${name.padEnd(width)}  ${oneLine(value)}`, columns, indent)}\n`)
    .join('')
  const snapshots = core.store.read.snapshots(run.id)
  return snapshots.length === 0 ? head : head + snapshotTable(snapshots, columns)
}

export function snapshotTable(snapshots: readonly SnapshotRecord[], columns: number): string {
  return table(
    [
      { head: 'snapshot', align: 'right' },
      { head: 'cycle', align: 'right' },
      { head: 'step', align: 'right' },
      { head: 'validation', align: 'right' },
      { head: 'test', align: 'right' },
      { head: 'learning rate', align: 'right' },
      { head: 'size', align: 'right' },
      { head: 'weights', shrinkTo: 12 },
    ],
    snapshots.map(({ id, cycle, step, valAccuracy, testAccuracy, lr, bytes: size, weightsSha256 }) => [
      String(id),
      String(cycle),
      whole(step),
      percent(valAccuracy),
      percent(testAccuracy),
      rate(lr),
      bytes(size),
      weightsSha256.slice(0, 12),
    ]),
    columns,
  )
}

export function runTable(runs: readonly RunRecord[], columns: number): string {
  return table(
    [
      { head: 'run' },
      { head: 'status' },
      { head: 'name', shrinkTo: 12 },
      { head: 'steps', align: 'right' },
      { head: 'model' },
      { head: 'schedule' },
      { head: 'created' },
    ],
    runs.map((run) => [
      run.id,
      run.status,
      run.name,
      `${whole(run.stepsDone)}/${whole(run.totalSteps)}`,
      run.spec.model.kind,
      run.spec.schedule.kind,
      moment(run.createdAt),
    ]),
    columns,
  )
}
