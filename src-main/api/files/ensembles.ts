import { z } from 'zod'
import {
  type EnsembleChoice,
  type PredictionFormat,
  predictionFormats,
  snapshotDownloads,
} from '../../../shared/api/urls.ts'
import { methodWords, predictionMethods } from '../../../shared/ensemble/methods.ts'
import { parseOrExplain, UserError } from '../../../shared/errors.ts'
import type { Core } from '../../core.ts'
import { type ChosenMember, commonClasses, ensemblePredictions } from '../../ensembles/predictionTables.ts'
import { predictionFile } from '../../export/predictions/index.ts'
import { exportEnsembleOnnx, exportSnapshot } from '../../export/snapshot.ts'
import { exportWeightAverage } from '../../export/weightAverage.ts'
import type { StoreReads } from '../../store/types.ts'
import { csvForm, download, lookUp, parquetType } from './answers.ts'
import { type TarFile, tarFile, tarOf } from './tar.ts'

const memberList = z
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
const predictionsQuery = z.object({
  ...choice,
  ...csvForm,
  part: z.enum(['validation', 'test']),
  format: z.enum(predictionFormats),
})
const modelsQuery = z.object({ ...choice, format: z.enum(snapshotDownloads) })

const averagedQuery = z.object({ members: memberList, format: z.enum(snapshotDownloads) })

const doing = 'reading the address of an ensemble'

export async function ensembleAnswers(
  core: Core,
  groups: Readonly<Record<string, string>>,
  request: Request,
): Promise<Response> {
  const given = { ...Object.fromEntries(new URL(request.url).searchParams), ...groups }
  const { part, raw, format, ...ensemble } = parseOrExplain(predictionsQuery, given, doing)
  const looked = lookUp(() => membersOf(core.store.read, ensemble))
  if ('missing' in looked) return looked.missing
  const table = await ensemblePredictions(core, ensemble.method, looked.found, part)
  const name = `ensemble-${part}-predictions.${format}`
  return download(name, predictionTypes[format], predictionFile(table, format, { raw }))
}

const predictionTypes: Readonly<Record<PredictionFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  parquet: parquetType,
  npy: 'application/octet-stream',
  npz: 'application/zip',
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
  const snapshots = members.map(({ snapshot }) => snapshot)
  const classes = commonClasses(core.store.read, snapshots) ?? []
  if (format === 'onnx')
    return download('ensemble.onnx', 'application/octet-stream', [
      exportEnsembleOnnx(core.store, ensemble.method, members),
    ])
  const mtime = new Date(Math.max(...members.map(({ snapshot }) => snapshot.createdAt)))
  const files = memberFiles(core, ensemble.method, members, classes, format)
  return download(`ensemble-${format}.tar`, 'application/x-tar', tarOf(files, mtime))
}

export async function averagedModel(
  core: Core,
  groups: Readonly<Record<string, string>>,
  request: Request,
): Promise<Response> {
  const given = { ...Object.fromEntries(new URL(request.url).searchParams), ...groups }
  const { members: named, format } = parseOrExplain(averagedQuery, given, doing)
  const looked = lookUp(() => membersOf(core.store.read, { method: 'weighted', members: named }))
  if ('missing' in looked) return looked.missing
  const members = looked.found
  refuseOtherRuns(members)
  const shares = members.map(({ snapshot, weight }) => ({ snapshotId: snapshot.id, weight }))
  const files = exportWeightAverage(core.store, members, await core.ensembles.averaged(shares), format)
  if (format !== 'tfjs')
    return download(
      `averaged-weights.${format}`,
      'application/octet-stream',
      files.flatMap(({ chunks }) => chunks),
    )
  const mtime = new Date(Math.max(...members.map(({ snapshot }) => snapshot.createdAt)))
  const inTar = files.map(({ name, chunks }) => tarFile(`averaged-weights/${name}`, chunks))
  return download('averaged-weights-tfjs.tar', 'application/x-tar', tarOf(inTar, mtime))
}

/** @throws UserError where members are of several runs: their models need not have the same weights */
function refuseOtherRuns(members: readonly ChosenMember[]): void {
  const [first] = members
  const stray = members.find(({ snapshot }) => snapshot.runId !== first?.snapshot.runId)
  if (stray === undefined) return
  throw new UserError(
    `While averaging weights: snapshot ${stray.snapshot.id} is of run ${stray.snapshot.runId} and snapshot ${first?.snapshot.id} of run ${first?.snapshot.runId}; average snapshots of one run.`,
  )
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
