import { UserError } from '../../shared/errors.ts'
import { rawScale } from '../datasets/index.ts'
import type { RunRecord, SnapshotModel, StoreReads } from '../store/types.ts'
import { type DatasetInput, readInput } from './datasetInput.ts'
import { type OnnxMember, onnxModel } from './onnx/model.ts'
import { type NamedTensor, safetensors } from './safetensors.ts'
import type { Json } from './tfjs/graph.ts'
import { layersModelFiles } from './tfjs/layersModel.ts'

export const snapshotFormats = ['tfjs', 'safetensors', 'onnx'] as const
export type SnapshotFormat = (typeof snapshotFormats)[number]

export interface ExportedFile {
  /** Inside the folder for tfjs; undefined where the export is one file. */
  readonly name?: string
  readonly chunks: readonly (string | Uint8Array)[]
}

export interface ExportedModel {
  readonly run: RunRecord
  readonly tensors: readonly NamedTensor[]
  readonly normalisation: SnapshotModel['normalisation']
  readonly input: DatasetInput
  readonly metadata: Readonly<Record<string, Json>>
}

/** One model in an open format. */
export function modelFiles(model: ExportedModel, format: SnapshotFormat): ExportedFile[] {
  const { run, tensors, input, metadata } = model
  if (format === 'tfjs') {
    const { shape, classes } = input
    return layersModelFiles({ spec: run.spec.model, shape, classes: classes.length, tensors, metadata })
  }
  const text = metadataText(metadata)
  if (format === 'onnx')
    return [
      { chunks: [onnxModel({ members: [onnxMember(model, 1)], combined: 'mean', input, metadata: text })] },
    ]
  return [{ chunks: safetensors(tensors, { format: 'tf', ...text }) }]
}

/** The metadata of some formats is text only. */
export const metadataText = (metadata: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(metadata).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  )

export const onnxMember = (
  { run, tensors, normalisation, input }: Omit<ExportedModel, 'metadata'>,
  weight: number,
): OnnxMember => ({
  network: { spec: run.spec.model, shape: input.shape, classes: input.classes.length, tensors },
  normalisation,
  weight,
})

/** What a run's models take. @throws UserError where its data set is unknown */
export function inputOf(read: StoreReads, run: RunRecord): DatasetInput {
  const stored = read.datasets().find(({ id }) => id === run.datasetId)
  if (stored !== undefined) return readInput(stored.meta, run.datasetId)
  throw new UserError(
    `While exporting a snapshot of run ${run.id}: its data set ${run.datasetId} is unknown.`,
  )
}

/** What is needed to use a model: which inputs it takes, how they are normalised, and the names of the classes. */
export const describeUse = (input: DatasetInput, { mean, std }: SnapshotModel['normalisation']) => ({
  dataset: input.name,
  classes: input.classes,
  inputShape: input.shape,
  ...(input.columns && { columns: input.columns }),
  normalisation: {
    /** input = (raw · scale - mean) / std, per channel of an image or per feature of a table, in float64 */
    scale: rawScale(input.dtype),
    mean: [...mean],
    std: [...std],
  },
})
