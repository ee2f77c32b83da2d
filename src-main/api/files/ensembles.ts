import { z } from 'zod'
import { type EnsembleChoice, snapshotDownloads } from '../../../shared/api/urls.ts'
import { combine } from '../../../shared/ensemble/index.ts'
import { methodWords, predictionMethods } from '../../../shared/ensemble/methods.ts'
import { parseOrExplain, UserError } from '../../../shared/errors.ts'
import type { Predictions } from '../../../shared/run/messages.ts'
import type { Core } from '../../core.ts'
import { refuseOtherSplits, runsOf } from '../../ensembles/sameSplit.ts'
import { type CsvForm, csvLines } from '../../export/csv.ts'
import { predictionsParquet } from '../../export/predictionsParquet.ts'
import { exportEnsembleOnnx, exportSnapshot } from '../../export/snapshot.ts'
import type { SnapshotRecord, StoreReads } from '../../store/types.ts'
import { csvForm, download, lookUp, parquetType } from './answers.ts'
import { type TarFile, tarFile, tarOf } from './tar.ts'

export const memberList = z
  .string()
  .transform((text) => text.split(','))
  .pipe(
    z
      .array(z.string().regex(/^\d{1,15}:\d+(\.\d+)?(e-?\d+)?$/i, 'must be SNAPSHOT:WEIGHT'))
      .min(1)
      .max(1000),
  )
  .transform((pairs) =>
    pairs.map((pair) => {
      const [id = '', weight = ''] = pair.split(':')
      return { snapshotId: Number(id), weight: Number(weight) }
    }),
  )
  .refine((members) => new Set(members.map(({ snapshotId }) => snapshotId)).size === members.length, {
    error: 'must name each snapshot once',
  })
  .refine((members) => members.every(({ weight }) => weight > 0 && Number.isFinite(weight)), {
    error: 'must have weights above 0',
  })

const choice = { method: z.enum(predictionMethods), members: memberList }
const predictionsQuery = z.object({ ...choice, ...csvForm, part: z.enum(['validation', 'test']) })
const modelsQuery = z.object({ ...choice, format: z.enum(snapshotDownloads) })

const doing = 'reading the address of an ensemble'

interface ChosenMember {
  readonly snapshot: SnapshotRecord
  /** Shares sum to 1. */
  readonly weight: number
}

export async function ensemblePredictions(
  { store: { read } }: Core,
  groups: Readonly<Record<string, string>>,
  request: Request,
): Promise<Response> {
  const given = Object.fromEntries(new URL(request.url).searchParams)
  const { part, raw, ...ensemble } = parseOrExplain(predictionsQuery, given, doing)
  const looked = lookUp(() => membersOf(read, ensemble))
  if ('missing' in looked) return looked.missing
  const members = looked.found
  refuseOtherSplits(
    'writing predictions',
    runsOf(
      read,
      members.map(({ snapshot }) => snapshot),
    ),
  )
  const stored = members.map(({ snapshot }) => storedPart(read, snapshot, part))
  const labels = commonLabels(stored, members)
  const classes = classNames(read, members)
  const probs = combine(stored, classes.length, combinationOf(ensemble.method, members))
  if (groups.format === 'parquet')
    return download(
      `ensemble-${part}-predictions.parquet`,
      parquetType,
      predictionsParquet(probs, labels, classes),
    )
  return download(
    `ensemble-${part}-predictions.csv`,
    'text/csv; charset=utf-8',
    predictionRows(probs, labels, classes, { raw }),
  )
}

export async function ensembleModels(
  core: Core,
  groups: Readonly<Record<string, string>>,
  request: Request,
): Promise<Response> {
  const given = { ...Object.fromEntries(new URL(request.url).searchParams), ...groups }
  const { format, ...ensemble } = parseOrExplain(modelsQuery, given, doing)
  const looked = lookUp(() => membersOf(core.store.read, ensemble))
  if ('missing' in looked) return looked.missing
  const members = looked.found
  const classes = classNames(core.store.read, members)
  if (format === 'onnx')
    return download('ensemble.onnx', 'application/octet-stream', [
      exportEnsembleOnnx(core.store, ensemble.method, members),
    ])
  const mtime = new Date(Math.max(...members.map(({ snapshot }) => snapshot.createdAt)))
  const files = memberFiles(core, ensemble.method, members, classes, format)
  return download(`ensemble-${format}.tar`, 'application/x-tar', tarOf(files, mtime))
}

function membersOf(read: StoreReads, { method, members }: EnsembleChoice): ChosenMember[] {
  // Only "weighted" has shares of its own.
  const weights = members.map(({ weight }) => (method === 'weighted' ? weight : 1))
  const sum = weights.reduce((a, b) => a + b, 0)
  return members.map(({ snapshotId }, i) => ({
    snapshot: read.snapshot(snapshotId),
    weight: (weights[i] ?? 0) / sum,
  }))
}

function combinationOf(
  method: EnsembleChoice['method'],
  members: readonly ChosenMember[],
): Parameters<typeof combine>[2] {
  switch (method) {
    case 'average':
      return { kind: 'mean' }
    case 'logitAverage':
      return { kind: 'geometric' }
    case 'weighted':
      return { kind: 'weighted', weights: members.map(({ weight }) => weight) }
  }
}

function storedPart(read: StoreReads, { id, runId }: SnapshotRecord, part: Predictions['part']): Predictions {
  const found = read.predictions(id, part)
  if (found !== undefined && found.labels.length > 0) return found
  throw new UserError(
    `While writing predictions: run ${runId} kept no ${part} predictions of snapshot ${id}; choose the other part, or leave it out.`,
  )
}

/** @throws UserError where members were scored on different examples */
function commonLabels(stored: readonly Predictions[], members: readonly ChosenMember[]): Uint16Array {
  const [first] = stored
  if (first === undefined) throw new Error('an ensemble has at least one member')
  const stray = stored.findIndex(
    ({ labels }) =>
      labels.length !== first.labels.length || labels.some((label, i) => label !== first.labels[i]),
  )
  if (stray === -1) return first.labels
  throw new UserError(
    `While writing predictions: run ${members[stray]?.snapshot.runId} was scored on other examples than run ${members[0]?.snapshot.runId}; combine runs of the same data and split.`,
  )
}

const classList = z.looseObject({ classes: z.array(z.string()) })

/** @throws UserError where members tell different classes apart */
function classNames(read: StoreReads, members: readonly ChosenMember[]): string[] {
  const datasets = read.datasets()
  const lists = members.map(({ snapshot: { runId } }) => {
    const { datasetId } = read.run(runId)
    const meta = datasets.find(({ id }) => id === datasetId)?.meta
    return parseOrExplain(classList, meta, `reading what is stored of data set ${datasetId}`).classes
  })
  const [first = []] = lists
  const stray = lists.findIndex((list) => JSON.stringify(list) !== JSON.stringify(first))
  if (stray === -1) return first
  throw new UserError(
    `While combining snapshots: run ${members[stray]?.snapshot.runId} has other classes than run ${members[0]?.snapshot.runId}; combine runs of the same data.`,
  )
}

const rowsAtOnce = 512

function* predictionRows(
  probs: Float64Array,
  labels: Uint16Array,
  classes: readonly string[],
  form: CsvForm,
): Generator<string> {
  const header = ['example', 'label', 'predicted', ...classes.map((name) => `probability ${name}`)]
  yield csvLines([header], form)
  const n = classes.length
  for (let from = 0; from < labels.length; from += rowsAtOnce) {
    const rows = [...labels.subarray(from, from + rowsAtOnce)].map((label, k) => {
      const row = probs.subarray((from + k) * n, (from + k + 1) * n)
      const predicted = row.indexOf(Math.max(...row))
      return [from + k, classes[label] ?? label, classes[predicted] ?? predicted, ...row]
    })
    yield csvLines(rows, form)
  }
}

/** ensemble.json first, then a folder a member; only one member is in memory at a time. */
function* memberFiles(
  { store }: Core,
  method: EnsembleChoice['method'],
  members: readonly ChosenMember[],
  classes: readonly string[],
  format: Exclude<(typeof snapshotDownloads)[number], 'onnx'>,
): Generator<TarFile> {
  const described = members.map(({ snapshot, weight }, i) => {
    const folder = `member-${String(i + 1).padStart(2, '0')}`
    const { id, runId, cycle, step, weightsSha256 } = snapshot
    const file = format === 'tfjs' ? 'model.json' : 'model.safetensors'
    return {
      path: `ensemble/${folder}/${file}`,
      folder,
      weight,
      runId,
      snapshotId: id,
      cycle,
      step,
      weightsSha256,
    }
  })
  const json = {
    method,
    combined: methodWords[method].phrase,
    classes,
    members: described.map(({ folder: _, ...member }) => ({
      ...member,
      path: member.path.slice('ensemble/'.length),
    })),
  }
  yield tarFile('ensemble/ensemble.json', [`${JSON.stringify(json, null, 2)}\n`])
  for (const { folder, snapshotId } of described) {
    for (const { name = 'model.safetensors', chunks } of exportSnapshot(store, snapshotId, format))
      yield tarFile(`ensemble/${folder}/${name}`, chunks)
  }
}
