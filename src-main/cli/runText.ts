import { initialText } from '../../shared/run/initial.ts'
import { kernelSummary } from '../../shared/run/kernelShares.ts'
import { commandWords } from '../../shared/run/messages.ts'
import { snapshotName } from '../../shared/run/snapshotName.ts'
import type { Core } from '../core.ts'
import { viewRateTest } from '../runs/rateTestView.ts'
import type { RunRecord, SnapshotRecord, Store } from '../store/types.ts'
import { describeElsewhere } from './elsewhereText.ts'
import { absent, bytes, duration, fixed, moment, percent, rate, whole } from './format.ts'
import { kernelLine, kernelTable } from './kernelText.ts'
import { lineageText } from './lineageText.ts'
import { oneLine } from './oneLine.ts'
import { placeCell, placeText } from './placeText.ts'
import { describeRateTest } from './rateTestText.ts'
import { runReport } from './reports.ts'
import { type Column, table } from './table.ts'
import { wrap } from './wrap.ts'

/** A run for people: what it is, how far it came, and its snapshots. */
export function describeRun(core: Pick<Core, 'store'>, run: RunRecord, columns: number): string {
  if (run.rateTest !== null) return describeRateTest(run, viewRateTest(core.store.read, run), columns)
  if (run.elsewhere !== null) return describeElsewhere(core.store.read, run, run.elsewhere, columns)
  const report = runReport(core, run)
  const last = report.epochs.at(-1)
  const kernels = core.store.read.kernels(run.id)
  const facts: [string, string][] = [
    ['run', `${run.id}  ${run.name}`],
    ['status', run.reason === null ? run.status : `${run.status}: ${run.reason}`],
    ...(run.initial === null ? [] : [['begins', initialText(run.initial)] satisfies [string, string]]),
    ...(run.place === null ? [] : [['trains', placeWords(core, run)] satisfies [string, string]]),
    ...orderWords(run),
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
    ...(kernels === null ? [] : [['kernels', kernelLine(kernels)] satisfies [string, string]]),
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
  const table = snapshots.length === 0 ? '' : snapshotTable(run, snapshots, columns)
  const slow = kernels !== null && kernelSummary(kernels).warns ? kernelTable(kernels, columns) : ''
  return head + slow + table + lineageText(core.store.read, run, columns)
}

/** "on gpu-box, out of touch since 2026-11-03 14:05". */
function placeWords({ store }: Pick<Core, 'store'>, run: RunRecord): string {
  const since = run.place?.outOfTouchSince ?? null
  const where = placeText(store, run)
  return since === null ? where : `${where}, out of touch since ${moment(since)}`
}

/** Of what was asked of a run on another machine and waits for its worker. */
function orderWords({ place }: RunRecord): [string, string][] {
  const orders = (place?.orders ?? []).map(
    ({ command, askedAt }) => `${commandWords[command.type]} (asked ${moment(askedAt)})`,
  )
  return orders.length === 0 ? [] : [['orders', `kept until its worker connects: ${orders.join(', ')}`]]
}

/** Of the moving average of the weights, beside the snapshot's own. */
const averageColumn = (part: 'validation' | 'test'): Column => ({ head: `average, ${part}`, align: 'right' })

export function snapshotTable(run: RunRecord, snapshots: readonly SnapshotRecord[], columns: number): string {
  const names = snapshots.map((snapshot) => snapshotName(run, snapshot))
  const averages = snapshots.some(({ ema }) => ema !== null)
  return table(
    [
      { head: 'snapshot', align: 'right' },
      { head: names[0]?.unit ?? 'cycle', align: 'right' },
      { head: 'after steps', align: 'right' },
      { head: 'validation', align: 'right' },
      { head: 'test', align: 'right' },
      ...(averages ? [averageColumn('validation'), averageColumn('test')] : []),
      { head: 'learning rate', align: 'right' },
      { head: 'size', align: 'right' },
      { head: 'weights', shrinkTo: 12 },
    ],
    snapshots.map(({ id, step, valAccuracy, testAccuracy, ema, lr, bytes: size, weightsSha256 }, place) => [
      String(id),
      names[place]?.number ?? '',
      whole(step + 1),
      percent(valAccuracy),
      percent(testAccuracy),
      ...(averages ? [percent(ema?.valAccuracy ?? null), percent(ema?.testAccuracy ?? null)] : []),
      // Of predictions alone there is neither.
      ...(size === 0 ? [absent, absent, absent] : [rate(lr), bytes(size), weightsSha256.slice(0, 12)]),
    ]),
    columns,
  )
}

/** Runs that have not begun. */
export function queueTable({ store }: Core, runs: readonly RunRecord[], columns: number): string {
  const facts = runColumns(store, runs)
  return table(
    facts.map(({ column }) => column),
    runs.map((_, i) => facts.map(({ cells }) => cells[i] ?? '')),
    columns,
  )
}

/** Runs with the best accuracy of each on validation data, in 0..1; null where it has none. */
export function runTable(
  { store }: Core,
  runs: readonly { readonly run: RunRecord; readonly bestValAccuracy: number | null }[],
  columns: number,
): string {
  const facts = runColumns(
    store,
    runs.map(({ run }) => run),
  )
  const best = {
    column: { head: 'best validation', align: 'right' },
    cells: runs.map(({ bestValAccuracy }) => percent(bestValAccuracy)),
  } as const
  const all = [...facts.slice(0, 3), best, ...facts.slice(3)]
  return table(
    all.map(({ column }) => column),
    runs.map((_, i) => all.map(({ cells }) => cells[i] ?? '')),
    columns,
  )
}

function runColumns(
  store: Store,
  runs: readonly RunRecord[],
): { readonly column: Column; readonly cells: readonly string[] }[] {
  const fact = (column: Column, cell: (run: RunRecord) => string) => ({ column, cells: runs.map(cell) })
  return [
    fact({ head: 'run' }, ({ id }) => id),
    fact({ head: 'name', shrinkTo: 12 }, ({ name }) => name),
    fact({ head: 'status' }, ({ status }) => status),
    fact({ head: 'steps', align: 'right' }, (run) => `${whole(run.stepsDone)}/${whole(run.totalSteps)}`),
    ...(runs.some(({ place }) => place !== null)
      ? [fact({ head: 'trains' }, (run) => placeCell(store, run))]
      : []),
    fact({ head: 'created' }, ({ createdAt }) => moment(createdAt)),
    fact({ head: 'model' }, ({ kind, spec }) => (kind === 'elsewhere' ? absent : spec.model.kind)),
    fact({ head: 'schedule' }, ({ kind, spec }) =>
      kind === 'rateTest' ? 'range test' : kind === 'elsewhere' ? 'elsewhere' : spec.schedule.kind,
    ),
  ]
}
