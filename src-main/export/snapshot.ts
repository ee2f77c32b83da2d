import type { SnapshotWeights } from '../../shared/api/urls.ts'
import type { PredictionMethod } from '../../shared/ensemble/methods.ts'
import { UserError } from '../../shared/errors.ts'
import type { StoredTensor } from '../../shared/run/messages.ts'
import { rawScale } from '../datasets/index.ts'
import type { RunRecord, SnapshotModel, SnapshotRecord, Store } from '../store/types.ts'
import { weightsSha256 } from '../weightsSha256.ts'
import { type DatasetInput, readInput } from './datasetInput.ts'
import { type OnnxMember, onnxModel } from './onnx/model.ts'
import { type NamedTensor, safetensors } from './safetensors.ts'
import { layersModelFiles } from './tfjs/layersModel.ts'

export const snapshotFormats = ['tfjs', 'safetensors', 'onnx'] as const
export type SnapshotFormat = (typeof snapshotFormats)[number]

export interface ExportedFile {
  /** Inside the folder for tfjs; undefined where the export is one file. */
  readonly name?: string
  readonly chunks: readonly (string | Uint8Array)[]
}

/**
 * A snapshot in an open format, with what is needed to use it: which inputs it takes and how they are normalised, and the
 * names of the classes.
 * @param of the snapshot's own weights, or their moving average kept beside it
 * @throws UserError when there is no such snapshot, or no average beside it
 */
export function exportSnapshot(
  store: Store,
  snapshotId: number,
  format: SnapshotFormat,
  of: SnapshotWeights = 'own',
): ExportedFile[] {
  const snapshot = store.read.snapshot(snapshotId)
  const run = store.read.run(snapshot.runId)
  const model = store.read.snapshotModel(snapshotId)
  const tensors = of === 'own' ? weightsIn(model.tensors) : averagesIn(model.tensors, snapshot)
  const meta = metaOf(store, run)
  const metadata = {
    ...describe(run, snapshot, model, meta),
    ...(of === 'ema' && {
      weights: 'moving average',
      valAccuracy: snapshot.ema?.valAccuracy ?? null,
      testAccuracy: snapshot.ema?.testAccuracy ?? null,
      weightsSha256: weightsSha256(tensors),
    }),
  }
  if (format === 'tfjs') {
    const { shape, classes } = meta
    return layersModelFiles({ spec: run.spec.model, shape, classes: classes.length, tensors, metadata })
  }
  const text = metadataText(metadata)
  if (format === 'onnx') {
    const members = [onnxMember(run, tensors, model, meta, 1)]
    return [{ chunks: [onnxModel({ members, combined: 'mean', input: meta, metadata: text })] }]
  }
  return [{ chunks: safetensors(tensors, { format: 'tf', ...text }) }]
}

/** The metadata of some formats is text only. */
const metadataText = (metadata: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(metadata).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  )

const onnxMember = (
  { spec }: RunRecord,
  tensors: readonly NamedTensor[],
  { normalisation }: SnapshotModel,
  { shape, classes }: DatasetInput,
  weight: number,
): OnnxMember => ({
  network: { spec: spec.model, shape, classes: classes.length, tensors },
  normalisation,
  weight,
})

/**
 * An ensemble as one ONNX file; its metadata name the members.
 * @param members of the same classes, with shares that sum to 1 @throws UserError when their data differ in shape or type
 */
export function exportEnsembleOnnx(
  store: Store,
  method: PredictionMethod,
  members: readonly { readonly snapshot: SnapshotRecord; readonly weight: number }[],
): Uint8Array {
  const parts = members.map(({ snapshot, weight }) => {
    const run = store.read.run(snapshot.runId)
    const model = store.read.snapshotModel(snapshot.id)
    const meta = metaOf(store, run)
    const tensors = model.tensors.filter(({ role }) => role === 'weight')
    const described = { weight, ...describe(run, snapshot, model, meta) }
    return { meta, described, member: onnxMember(run, tensors, model, meta, weight) }
  })
  const [first] = parts
  if (first === undefined) throw new Error('An ensemble has at least one member.')
  for (const { meta, described } of parts)
    if (meta.dtype !== first.meta.dtype || `${meta.shape}` !== `${first.meta.shape}`)
      throw new UserError(
        `While writing an ensemble as an ONNX file: run ${described.run} takes ${meta.dtype} of shape [${meta.shape.join(', ')}] and run ${first.described.run} takes ${first.meta.dtype} of shape [${first.meta.shape.join(', ')}]; combine runs of the same data.`,
      )
  return onnxModel({
    members: parts.map(({ member }) => member),
    combined: method === 'logitAverage' ? 'geometric' : 'mean',
    input: first.meta,
    metadata: metadataText({
      program: 'Anneal',
      method,
      classes: first.meta.classes,
      inputShape: first.meta.shape,
      ...(first.meta.columns && { columns: first.meta.columns }),
      members: parts.map(({ described }) => described),
    }),
  })
}

const weightsIn = (tensors: readonly StoredTensor[]): StoredTensor[] =>
  tensors.filter(({ role }) => role === 'weight')

/** As weights, for whatever reads the file. */
function averagesIn(tensors: readonly StoredTensor[], { id }: SnapshotRecord): StoredTensor[] {
  const averages = tensors.filter(({ role }) => role === 'ema')
  if (averages.length === 0) {
    throw new UserError(
      `While exporting snapshot ${id}: its run keeps no moving average of the weights; leave out --ema, or train with "ema" in the spec.`,
    )
  }
  return averages.map((tensor) => ({ ...tensor, role: 'weight' }))
}

function metaOf(store: Store, run: RunRecord): DatasetInput {
  const stored = store.read.datasets().find(({ id }) => id === run.datasetId)
  if (stored === undefined) {
    throw new UserError(
      `While exporting a snapshot of run ${run.id}: its data set ${run.datasetId} is unknown.`,
    )
  }
  return readInput(stored.meta, run.datasetId)
}

function describe(run: RunRecord, snapshot: SnapshotRecord, model: SnapshotModel, meta: DatasetInput) {
  return {
    program: 'Anneal',
    run: run.id,
    runName: run.name,
    model: run.spec.model.kind,
    cycle: snapshot.cycle,
    step: snapshot.step,
    learningRate: snapshot.lr,
    valAccuracy: snapshot.valAccuracy,
    testAccuracy: snapshot.testAccuracy,
    weightsSha256: snapshot.weightsSha256,
    dataset: meta.name,
    classes: meta.classes,
    inputShape: meta.shape,
    ...(meta.columns && { columns: meta.columns }),
    normalisation: {
      /** input = (raw · scale - mean) / std, per channel of an image or per feature of a table, in float64 */
      scale: rawScale(meta.dtype),
      mean: [...model.normalisation.mean],
      std: [...model.normalisation.std],
    },
  }
}
