import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { combine } from '../../../shared/ensemble/index.ts'
import { UserError } from '../../../shared/errors.ts'
import { openDataset, splitDataset } from '../../../src-main/datasets/index.ts'
import { exportEnsembleOnnx, exportSnapshot } from '../../../src-main/export/snapshot.ts'
import { exportWeightAverage } from '../../../src-main/export/weightAverage.ts'
import type { RunRecord, SnapshotRecord } from '../../../src-main/store/types.ts'
import { type Check, greatestDifference, type Verdict } from '../check.ts'
import type { InteropLab } from '../lab.ts'
import { networks } from '../networks.ts'

/** ONNX Runtime gives the stored predictions of every kind of model, from the examples as they are stored. */
export const onnxModels: Check = async (environment, lab) => {
  const folder = lab.folder('onnx')
  const verdicts: Verdict[] = []
  for (const run of lab.runs) {
    const snapshots = lab.core.store.read.snapshots(run.id)
    const last = snapshots.at(-1)
    if (last === undefined) throw new Error(`run ${run.name} has no snapshot`)
    const file = path.join(folder, `${last.id}.onnx`)
    const refused = networks.find(({ name }) => name === run.name)?.refused
    if (refused !== undefined) {
      verdicts.push(refusal(lab, run, last, refused))
      continue
    }
    const chunks = exportSnapshot(lab.core.store, last.id, 'onnx').flatMap((each) => each.chunks)
    writeFileSync(file, Buffer.concat(chunks.map((chunk) => Buffer.from(chunk))))
    const wanted = testPart(lab, last)
    verdicts.push(await judge(`ONNX file of a snapshot, ${run.name}`, file, run, wanted.probs))
    if (run.name === 'cnn') verdicts.push(...(await ensembles(run, snapshots)))
    if (run.name === 'resnet-8') verdicts.push(await average(run, snapshots))
  }
  return verdicts

  async function ensembles(run: RunRecord, snapshots: readonly SnapshotRecord[]): Promise<Verdict[]> {
    const members = snapshots.map((snapshot, i) => ({
      snapshot,
      weight: i === 0 ? 0.25 : 0.75 / (snapshots.length - 1),
    }))
    const stored = snapshots.map((snapshot) => testPart(lab, snapshot))
    const classes = stored[0]?.classes ?? 0
    const judged: Verdict[] = []
    for (const method of ['weighted', 'logitAverage'] as const) {
      const equal = members.map(({ snapshot }) => ({ snapshot, weight: 1 / members.length }))
      const chosen = method === 'weighted' ? members : equal
      const file = path.join(folder, `${method}.onnx`)
      writeFileSync(file, exportEnsembleOnnx(lab.core.store, method, chosen))
      const want = combine(
        stored,
        classes,
        method === 'weighted'
          ? { kind: 'weighted', weights: members.map(({ weight }) => weight) }
          : { kind: 'geometric' },
      )
      judged.push(await judge(`ONNX file of an ensemble of ${members.length}, ${method}`, file, run, want))
    }
    return judged
  }

  async function average(run: RunRecord, snapshots: readonly SnapshotRecord[]): Promise<Verdict> {
    const members = snapshots.map((snapshot) => ({ snapshot, weight: 1 / snapshots.length }))
    const averaged = await lab.core.ensembles.averaged(
      members.map(({ snapshot, weight }) => ({ snapshotId: snapshot.id, weight })),
    )
    const file = path.join(folder, 'average.onnx')
    const chunks = exportWeightAverage(lab.core.store, members, averaged, 'onnx').flatMap(
      (each) => each.chunks,
    )
    writeFileSync(file, Buffer.concat(chunks.map((chunk) => Buffer.from(chunk))))
    const want = averaged.predictions.find(({ part }) => part === 'test')?.probs ?? []
    return judge(`ONNX file of averaged weights, ${run.name}`, file, run, want)
  }

  async function judge(
    what: string,
    file: string,
    run: RunRecord,
    want: ArrayLike<number>,
  ): Promise<Verdict> {
    const examples = await writeExamples(lab, run, folder)
    const { probabilities } = await environment.ask(
      'onnxModel.py',
      { file, ...examples },
      z.object({ probabilities: z.array(z.number()) }),
    )
    const compared = `${probabilities.length} probabilities`
    return {
      what,
      by: 'onnxruntime',
      compared,
      difference: greatestDifference(probabilities, want),
      limit: 1e-5,
    }
  }
}

/** What cannot be said in ONNX is refused in a sentence that names the layer and what to do. */
function refusal(lab: InteropLab, run: RunRecord, { id }: SnapshotRecord, className: string): Verdict {
  let said = 'nothing'
  try {
    exportSnapshot(lab.core.store, id, 'onnx').flatMap(({ chunks }) => [...chunks])
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    said = error.message
  }
  const isSaid = new RegExp(
    `^While writing an ONNX file: layer "[^"]+" \\(${className}\\) [^.]+; [^.]+\\.$`,
  ).test(said)
  return {
    what: `ONNX file of a snapshot, ${run.name}`,
    by: 'Anneal, which refuses it',
    compared: `the sentence: ${said}`,
    difference: isSaid ? 0 : 1,
    limit: 0,
  }
}

function testPart(lab: InteropLab, snapshot: SnapshotRecord) {
  const stored = lab.core.store.read.predictions(snapshot.id, 'test')
  if (stored === undefined) throw new Error(`snapshot ${snapshot.id} kept no test predictions`)
  return stored
}

/** The test part of a run's data, as they are stored. */
async function writeExamples(lab: InteropLab, { datasetId, spec }: RunRecord, folder: string) {
  const { meta, examples, labels } = await openDataset((await lab.core.catalogue.resolve(datasetId)).folder)
  const { test } = splitDataset(labels, meta, spec.dataset)
  const size = meta.shape.reduce((product, n) => product * n, 1)
  const file = path.join(folder, `${datasetId}.raw`)
  const rows = [...test].map((i) => examples.slice(i * size, (i + 1) * size))
  writeFileSync(
    file,
    Buffer.concat(rows.map((row) => Buffer.from(row.buffer, row.byteOffset, row.byteLength))),
  )
  return { examples: file, dtype: meta.dtype, shape: [test.length, ...meta.shape] }
}

/** The safetensors library reads every weight, bit for bit. */
export const safetensorsFiles: Check = async (environment, lab) => {
  const folder = lab.folder('safetensors')
  let [count, different] = [0, 0]
  for (const run of lab.runs) {
    const [first] = lab.core.store.read.snapshots(run.id)
    if (first === undefined) throw new Error(`run ${run.name} has no snapshot`)
    const file = path.join(folder, `${first.id}.safetensors`)
    const chunks = exportSnapshot(lab.core.store, first.id, 'safetensors').flatMap((each) => each.chunks)
    writeFileSync(file, Buffer.concat(chunks.map((chunk) => Buffer.from(chunk))))
    const read = await environment.ask(
      'safetensorsFile.py',
      { file },
      z.object({ tensors: z.record(z.string(), z.object({ shape: z.array(z.int()), sha256: z.string() })) }),
    )
    for (const tensor of lab.core.store.read.snapshotModel(first.id).tensors) {
      if (tensor.role !== 'weight') continue
      count += 1
      const found = read.tensors[tensor.name]
      const same =
        found?.sha256 === createHash('sha256').update(tensor.data).digest('hex') &&
        `${found.shape}` === `${tensor.shape}`
      if (!same) different += 1
    }
  }
  return [
    {
      what: 'safetensors files of snapshots',
      by: 'safetensors',
      compared: `${count} tensors, by SHA-256`,
      difference: different,
      limit: 0,
    },
  ]
}
