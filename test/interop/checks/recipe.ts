import { z } from 'zod'
import type { StoredTensor } from '../../../shared/run/messages.ts'
import { pytorchRecipe } from '../../../shared/run/pytorchRecipe.ts'
import { exportSchedule } from '../../../shared/schedule/index.ts'
import { openDataset, splitDataset } from '../../../src-main/datasets/index.ts'
import type { RunRecord } from '../../../src-main/store/types.ts'
import { type Check, greatestDifference } from '../check.ts'
import type { InteropLab } from '../lab.ts'

const trained = z.array(
  z.object({ weights: z.array(z.array(z.number())), average: z.array(z.array(z.number())) }),
)

const sgd = {
  kind: 'sgd',
  momentum: 0.9,
  nesterov: true,
  weightDecay: 0.01,
  weightDecaySchedule: 'followsRate',
}

/** Every batch is the whole training part, so that both see the same examples in each step. */
const recipes: readonly (readonly [name: string, recipe: object])[] = [
  [
    'SGD, decay that follows the rate, clipped by norm, balanced classes',
    { optimizer: sgd, clipping: { by: 'norm', limit: 0.5 }, classWeights: 'balanced', ema: { decay: 0.9 } },
  ],
  [
    'AdamW, clipped by value, smoothed labels, class weights',
    {
      optimizer: { kind: 'adamw', weightDecay: 0.05 },
      clipping: { by: 'value', limit: 0.02 },
      labelSmoothing: 0.1,
      classWeights: [1, 2, 0.5],
      ema: { decay: 0.95, warmup: true },
    },
  ],
  [
    'RMSprop, clipped by norm, smoothed labels',
    {
      optimizer: { kind: 'rmsprop', weightDecay: 0.01 },
      clipping: { by: 'norm', limit: 1 },
      labelSmoothing: 0.05,
      ema: { decay: 0.8 },
    },
  ],
]

/** PyTorch trains a network by the exported recipe to the weights, and to their average, that a run of it has. */
export const recipeCode: Check = async (environment, lab) => {
  const from = lab.runs.at(-1)
  const [begin] = from === undefined ? [] : lab.core.store.read.snapshots(from.id)
  if (from === undefined || begin === undefined) throw new Error('the table has no snapshot')
  const cases = []
  const runs: RunRecord[] = []
  for (const [name, recipe] of recipes) {
    const spec = {
      name,
      dataset: from.spec.dataset,
      model: from.spec.model,
      schedule: { kind: 'sgdr', lrMax: 0.02, t0: 12, unit: 'step' },
      batchSize: await trainingExamples(lab, from),
      budget: { steps: 24 },
      snapshots: { at: 'last' },
      device: 'simd',
      ...recipe,
    }
    const source = { kind: 'weights', of: { snapshotId: begin.id }, partly: false } as const
    const { run } = await (await lab.core.runs.launch(spec, source)).finished
    runs.push(run)
    cases.push(await caseOf(lab, run, weightsOf(lab, begin.id, 'weight')))
  }
  const answers = await environment.ask('recipeCode.py', cases, trained)
  return runs.map((run, i) => {
    const [last] = lab.core.store.read.snapshots(run.id)
    const roles = ['weight', 'ema'] as const
    const want = roles.flatMap((role) => weightsOf(lab, last?.id ?? 0, role).flatMap(({ values }) => values))
    const got = [answers[i]?.weights ?? [], answers[i]?.average ?? []].flat(2)
    return {
      what: `recipe, ${run.name}`,
      by: 'torch',
      compared: `${want.length} weights and averages after ${run.totalSteps} steps`,
      difference: greatestDifference(got, want),
      limit: 1e-6,
    }
  })
}

function weightsOf(lab: InteropLab, snapshotId: number, role: StoredTensor['role']) {
  return lab.core.store.read
    .snapshotModel(snapshotId)
    .tensors.filter((tensor) => tensor.role === role)
    .map(({ shape, data }) => ({ shape, values: [...new Float32Array(new Uint8Array(data).buffer)] }))
}

async function trainingPart(lab: InteropLab, { datasetId, spec }: RunRecord) {
  const { meta, examples, labels } = await openDataset((await lab.core.catalogue.resolve(datasetId)).folder)
  return { meta, examples, labels, places: [...splitDataset(labels, meta, spec.dataset).train] }
}

const trainingExamples = async (lab: InteropLab, run: RunRecord): Promise<number> =>
  (await trainingPart(lab, run)).places.length

async function caseOf(
  lab: InteropLab,
  run: RunRecord,
  begin: readonly { readonly shape: readonly number[]; readonly values: readonly number[] }[],
) {
  const { meta, examples, labels, places } = await trainingPart(lab, run)
  const [last] = lab.core.store.read.snapshots(run.id)
  const { normalisation } = lab.core.store.read.snapshotModel(last?.id ?? 0)
  const { mean, std } = normalisation
  const width = mean.length
  const { spec, planned, totalSteps } = run
  const plan = { totalSteps, stepsPerEpoch: planned.plan.stepsPerEpoch }
  return {
    code: exportSchedule(spec.schedule, plan, 'pytorch') + pytorchRecipe(spec),
    shapes: begin.map(({ shape }) => shape),
    weights: begin.map(({ values }) => values),
    examples: places.flatMap((place) =>
      Array.from(
        { length: width },
        (_, k) => ((examples[place * width + k] ?? 0) - (mean[k] ?? 0)) / (std[k] ?? 1),
      ),
    ),
    labels: places.map((place) => labels[place]),
    classes: meta.classes.length,
    steps: totalSteps,
  }
}
