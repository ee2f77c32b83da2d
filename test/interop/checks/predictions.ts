import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { predictionFormats } from '../../../shared/api/urls.ts'
import { openDataset, splitDataset } from '../../../src-main/datasets/index.ts'
import { runPredictions, snapshotPredictions } from '../../../src-main/ensembles/predictionTables.ts'
import { predictionFile } from '../../../src-main/export/predictions/index.ts'
import type { PredictionTable } from '../../../src-main/export/predictions/table.ts'
import type { RunRecord, SnapshotRecord } from '../../../src-main/store/types.ts'
import type { Check, Verdict } from '../check.ts'
import type { Environment } from '../environment.ts'
import type { InteropLab } from '../lab.ts'
import { type Columns, cellsVerdict, compareCells } from './cells.ts'

const arrays = z.record(
  z.string(),
  z.object({ type: z.string(), shape: z.array(z.int()), values: z.array(z.number()) }),
)
const numpyAnswer = z.object({ files: z.array(arrays) })
const tableAnswer = z.object({ tables: z.array(z.record(z.string(), z.array(z.string().nullable()))) })

/** pandas, pyarrow and NumPy read predictions of a snapshot and of a run as the store holds them. */
export const predictionFiles: Check = async (environment, lab) => {
  const run = tableRun(lab)
  const [snapshot] = lab.core.store.read.snapshots(run.id)
  if (snapshot === undefined) throw new Error('the table has no snapshot')
  const verdicts: Verdict[] = []
  for (const part of ['validation', 'test'] as const) {
    const one = await snapshotPredictions(lab.core, snapshot, part)
    verdicts.push(...(await judge(`${part} predictions of a snapshot`, one, [snapshot])))
    const all = await runPredictions(lab.core, run.id, part)
    verdicts.push(
      ...(await judge(`${part} predictions of a run`, all, lab.core.store.read.snapshots(run.id))),
    )
  }
  return verdicts

  async function judge(
    what: string,
    table: PredictionTable,
    snapshots: readonly SnapshotRecord[],
  ): Promise<Verdict[]> {
    const folder = lab.folder('predictions')
    const [csv = '', parquet = '', npy = '', npz = ''] = predictionFormats.map((format) => {
      const file = path.join(folder, `predictions.${format}`)
      const chunks = [...predictionFile(table, format, { raw: true })]
      writeFileSync(file, Buffer.concat(chunks.map((chunk) => Buffer.from(chunk))))
      return file
    })
    const truth = await truthOf(lab, run, snapshots, table)
    return [...(await tables(environment, what, csv, parquet, truth)), await numpy(what, [npy, npz], truth)]
  }

  async function numpy(what: string, files: readonly string[], truth: Truth): Promise<Verdict> {
    const { files: read } = await environment.ask('numpyFiles.py', { files }, numpyAnswer)
    const [alone, archive] = read
    const { probs, labels, places, snapshots, isRun, classes } = truth
    const shape = [...(isRun ? [snapshots.length] : []), labels.length, classes.length]
    const wanted: [
      found: z.infer<typeof arrays>[string] | undefined,
      type: string,
      shape: number[],
      values: readonly number[],
    ][] = [
      [alone?.array, 'float32', shape, probs],
      [archive?.probabilities, 'float32', shape, probs],
      [archive?.labels, 'int64', [labels.length], labels],
      [archive?.examples, 'int64', [labels.length], places],
      ...(isRun
        ? ([
            [archive?.snapshots, 'int64', [snapshots.length], snapshots.map(({ id }) => id)],
            [archive?.cycles, 'int64', [snapshots.length], snapshots.map(({ cycle }) => cycle)],
          ] satisfies typeof wanted)
        : []),
    ]
    let [count, different] = [0, 0]
    for (const [found, type, wantedShape, values] of wanted) {
      count += values.length
      if (found?.type !== type || `${found.shape}` !== `${wantedShape}`) different += values.length
      else different += values.filter((value, i) => value !== found.values[i]).length
    }
    return cellsVerdict(`${what}, .npy and .npz`, 'numpy', count, different)
  }
}

function tableRun({ runs }: InteropLab): RunRecord {
  const run = runs.at(-1)
  if (run === undefined) throw new Error('the lab has no run')
  return run
}

interface Truth {
  readonly isRun: boolean
  readonly snapshots: readonly SnapshotRecord[]
  readonly classes: readonly string[]
  readonly labels: readonly number[]
  /** In the data set. */
  readonly places: readonly number[]
  /** Snapshot by snapshot, example by example. */
  readonly probs: readonly number[]
}

/** From the store and the data set, and not through what is exported. */
async function truthOf(
  lab: InteropLab,
  { datasetId, spec }: RunRecord,
  snapshots: readonly SnapshotRecord[],
  { part, answers }: PredictionTable,
): Promise<Truth> {
  const { meta, labels } = await openDataset((await lab.core.catalogue.resolve(datasetId)).folder)
  const places = [...splitDataset(labels, meta, spec.dataset)[part]]
  return {
    isRun: answers.of === 'run',
    snapshots,
    classes: meta.classes,
    labels: places.map((place) => labels[place] ?? Number.NaN),
    places,
    probs: snapshots.flatMap(({ id }) => [...(lab.core.store.read.predictions(id, part)?.probs ?? [])]),
  }
}

async function tables(
  environment: Environment,
  what: string,
  csv: string,
  parquet: string,
  truth: Truth,
): Promise<Verdict[]> {
  const { tables: read } = await environment.ask('tableFiles.py', { files: [csv, parquet] }, tableAnswer)
  return [true, false].map((isText, i) => {
    const { cells, different } = compareCells(read[i] ?? {}, columnsOf(truth, isText), isText)
    return cellsVerdict(
      `${what}, ${isText ? 'CSV' : 'Parquet'}`,
      isText ? 'pandas' : 'pyarrow',
      cells,
      different,
    )
  })
}

/** Classes are names in CSV, and numbers in Parquet. */
function columnsOf({ isRun, snapshots, classes, labels, places, probs }: Truth, isText: boolean): Columns {
  const n = classes.length
  const models = snapshots.map((_, m) => probs.slice(m * labels.length * n, (m + 1) * labels.length * n))
  const each = <T>(list: readonly T[]): T[] => models.flatMap(() => list)
  const named = (k: number) => (isText ? (classes[k] ?? k) : k)
  const row = (of: readonly number[], i: number): number[] => of.slice(i * n, (i + 1) * n)
  const predicted = models.flatMap((of) =>
    labels.map((_, i) => named(row(of, i).indexOf(Math.max(...row(of, i))))),
  )
  const byClass = classes.map((name, k) => [
    isText ? `probability ${name}` : `p_${k}`,
    models.flatMap((of) => labels.map((_, i) => of[i * n + k] ?? Number.NaN)),
  ])
  return {
    ...(isRun && {
      snapshot: snapshots.flatMap(({ id }) => labels.map(() => id)),
      cycle: snapshots.flatMap(({ cycle }) => labels.map(() => cycle)),
    }),
    example: each(labels.map((_, i) => i)),
    index: each(places),
    label: each(labels.map(named)),
    predicted,
    ...Object.fromEntries(byClass),
  }
}
