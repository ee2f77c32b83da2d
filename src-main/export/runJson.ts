import { keepNonFinite } from '../../shared/json.ts'
import { isOurs } from '../../shared/run/kind.ts'
import type { RunRecord, StoreReads } from '../store/types.ts'
import { inputOf } from './datasetInput.ts'
import { orderSeries, stepRows } from './runTable.ts'

/**
 * A run as one JSON document: spec, plan, what the kernels of a step take, epochs, snapshots (without their weights), what its data set holds, and every
 * stored point as columns. What was not measured is null; NaN and the infinities are the texts "NaN", "Infinity" and
 * "-Infinity". Written in pieces, so that a long run need not fit into memory as text.
 */
export function* runJson(read: StoreReads, run: RunRecord): Generator<string> {
  const { hostId: _host, ...described } = run
  const data = read.datasets().find(({ id }) => id === run.datasetId)?.meta
  const head = {
    ...(isOurs(run) ? described : withoutStandIns(described)),
    dataset: data === undefined ? null : inputOf(data, run.datasetId),
    kernels: read.kernels(run.id),
    epochs: read.epochs(run.id),
    snapshots: read.snapshots(run.id),
  }
  yield `${JSON.stringify(head, keepNonFinite).slice(0, -1)},"series":{`
  const names = orderSeries(read.seriesNames(run.id))
  for (const [i, name] of names.entries()) {
    yield `${i === 0 ? '' : ','}${JSON.stringify(name)}:{"steps":`
    yield* column(steps(read, run.id, name))
    yield ',"values":'
    yield* column(values(read, run.id, name))
    yield '}'
  }
  yield '}}\n'
}

/** Of a run of another program, without what only stands in. */
const withoutStandIns = ({
  spec: _spec,
  planned: _planned,
  datasetId: _data,
  ...rest
}: Omit<RunRecord, 'hostId'>) => rest

function* steps(read: StoreReads, runId: string, name: string): Generator<number> {
  for (const { step } of stepRows(read, runId, [name])) yield step
}

function* values(read: StoreReads, runId: string, name: string): Generator<number> {
  for (const { values } of stepRows(read, runId, [name])) yield values[0] ?? Number.NaN
}

const numbersAtOnce = 8192

function* column(numbers: Iterable<number>): Generator<string> {
  let piece: string[] = []
  let separator = '['
  for (const value of numbers) {
    piece.push(Number.isFinite(value) ? String(value) : `"${value}"`)
    if (piece.length < numbersAtOnce) continue
    yield separator + piece.join(',')
    separator = ','
    piece = []
  }
  yield piece.length > 0 || separator === '[' ? `${separator}${piece.join(',')}]` : ']'
}
