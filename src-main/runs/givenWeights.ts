import path from 'node:path'
import type { z } from 'zod'
import { show, UserError } from '../../shared/errors.ts'
import type { weightsSource } from '../../shared/run/initial.ts'
import { parseRunSpec, type RunSpec } from '../../shared/run/spec.ts'
import type { Catalogue, DatasetMeta } from '../datasets/index.ts'
import { runJob } from '../process/runJob.ts'
import type { NewRun, RunRecord, Store, StoreReads } from '../store/types.ts'
import { weightsSha256 } from '../weightsSha256.ts'
import { createRun } from './newRun.ts'
import { planRun } from './plannedRun.ts'
import { readSafetensorsFile, type WeightsFile } from './safetensorsFile.ts'

/** Weights that a run is to begin with, of whatever run or program: their names and shapes must be the model's. */
export interface WeightsSource extends Readonly<z.infer<typeof weightsSource>> {
  readonly kind: 'weights'
}

/**
 * Stores a run together with the weights it begins with, so that it can be begun again when their file is gone.
 * @param put how it is stored: to be started now, or queued
 * @throws UserError where the weights cannot be read or do not fit the model; nothing is stored then
 */
export async function createWithWeights(
  store: Store,
  catalogue: Catalogue,
  input: unknown,
  { of, partly }: WeightsSource,
  put: (run: NewRun) => RunRecord,
): Promise<RunRecord> {
  const spec = parseRunSpec(input)
  const { meta } = await planRun(spec, catalogue)
  const initial = await fittedWeights(readWeights(store.read, of), { spec, meta, partly })
  return createRun(store, catalogue, spec, put, { initial })
}

/** @throws UserError where there are none, or they cannot be read */
export function readWeights(read: StoreReads, of: WeightsSource['of']): WeightsFile {
  if ('file' in of) return fileOf(of.file)
  return 'runId' in of ? beginningOf(read, of.runId) : snapshotOf(read, of.snapshotId)
}

interface Fitting {
  readonly spec: RunSpec
  readonly meta: DatasetMeta
  readonly partly: boolean
}

/** All tensors of the spec's model, those that are not given drawn at random. @throws UserError where they do not fit */
export async function fittedWeights(
  { name: from, sha256, tensors }: WeightsFile,
  { spec, meta, partly }: Fitting,
): Promise<NonNullable<NewRun['initial']>> {
  const request = { spec, input: { shape: [...meta.shape], classes: meta.classes.length }, from, partly }
  const begun = await runJob('initial', { ...request, tensors: [...tensors] })
  const { random, unused } = begun
  const about = { from, sha256, weightsSha256: weightsSha256(begun.tensors), random, unused }
  return { about, tensors: begun.tensors }
}

function fileOf(file: string): WeightsFile {
  if (path.isAbsolute(file)) return readSafetensorsFile(file)
  throw new UserError(
    `While taking initial weights: the file must be given by its whole path (received ${file}); write it from the root on.`,
  )
}

/** @throws UserError where the run began with random weights, or another run's */
function beginningOf(read: StoreReads, id: string): WeightsFile {
  const { initial } = read.run(id)
  if (initial !== null)
    return { name: initial.from, sha256: initial.sha256, tensors: read.initialTensors(id) }
  throw new UserError(
    `While taking initial weights: run ${show(id)} was given none to begin with; choose a snapshot or a safetensors file.`,
  )
}

/** @throws UserError where there is no such snapshot, or none with weights; StoreError when it is damaged */
function snapshotOf(read: StoreReads, id: number): WeightsFile {
  const snapshot = read.snapshot(id)
  const run = read.run(snapshot.runId)
  const tensors = read.snapshotModel(id).tensors.filter(({ role }) => role === 'weight')
  if (tensors.length > 0)
    return { name: `snapshot ${id} of ${run.name}`, sha256: snapshot.weightsSha256, tensors }
  throw new UserError(
    `While taking initial weights: snapshot ${id} of run ${run.id} has predictions alone, no weights; choose a snapshot that was trained here, or a safetensors file.`,
  )
}
