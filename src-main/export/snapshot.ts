import type { SnapshotWeights } from '../../shared/api/urls.ts'
import type { PredictionMethod } from '../../shared/ensemble/methods.ts'
import { UserError } from '../../shared/errors.ts'
import type { StoredTensor } from '../../shared/run/messages.ts'
import type { RunRecord, SnapshotModel, SnapshotRecord, Store } from '../store/types.ts'
import { weightsSha256 } from '../weightsSha256.ts'
import type { DatasetInput } from './datasetInput.ts'
import {
  describeUse,
  type ExportedFile,
  inputOf,
  metadataText,
  modelFiles,
  onnxMember,
  type SnapshotFormat,
} from './model.ts'
import { onnxModel } from './onnx/model.ts'

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
  const input = inputOf(store.read, run)
  const metadata = {
    ...describe(run, snapshot, model, input),
    ...(of === 'ema' && {
      weights: 'moving average',
      valAccuracy: snapshot.ema?.valAccuracy ?? null,
      testAccuracy: snapshot.ema?.testAccuracy ?? null,
      weightsSha256: weightsSha256(tensors),
    }),
  }
  return modelFiles({ run, tensors, normalisation: model.normalisation, input, metadata }, format)
}

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
    const meta = inputOf(store.read, run)
    const tensors = weightsIn(model.tensors)
    const described = { weight, ...describe(run, snapshot, model, meta) }
    const { normalisation } = model
    return { meta, described, member: onnxMember({ run, tensors, normalisation, input: meta }, weight) }
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

function describe(run: RunRecord, snapshot: SnapshotRecord, model: SnapshotModel, input: DatasetInput) {
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
    ...describeUse(input, model.normalisation),
  }
}
