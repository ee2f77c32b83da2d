import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { deviation, mean } from 'd3-array'
import { z } from 'zod'
import type { TrainerEvent } from '../../shared/run/messages.ts'
import { initialPlan } from '../../shared/run/plan.ts'
import { parseRunSpec, type RunSpec } from '../../shared/run/spec.ts'
import type { SchedulePlan } from '../../shared/schedule/index.ts'
import { createCatalogue } from '../../src-main/datasets/index.ts'
import { CommandQueue } from '../../src-main/trainer/commands.ts'
import { runTrainer } from '../../src-main/trainer/run.ts'
import { trainTorch } from './pytorch/trainTorch.ts'

/*
 * Whether our engine learns what PyTorch learns: ResNet-20 on CIFAR-10 under 1cycle, trained by both on the same batches
 * (order, crops and mirrored images), rates and momenta, from initial weights of the same distribution, several seeds each.
 * Besides, PyTorch trains once more from our very own initial weights: the first losses must be ours.
 *   node test/bench/pytorch-accuracy.ts --data cifar-10-binary.tar.gz [--json] [--python /usr/bin/python3]
 *     [--seeds 1,2,3] [--epochs 3] [--device simd] [--threads 2]
 * --data is CIFAR-10 in its binary layout, whole or in part. Without it, or without PyTorch, there is nothing to compare.
 */

/** As long as the losses of both still are the same numbers: later, rounding has grown into another path. */
const sharedSteps = 5
const sharedTolerance = 1e-3

interface Row {
  readonly seed: number
  readonly ours: number
  readonly torch: number
  /** PyTorch, from our initial weights. */
  readonly shared: number
  /** Mean training loss of the last tenth of the steps. */
  readonly ourLoss: number
  readonly torchLoss: number
  readonly sharedLoss: number
  /** Greatest relative difference of the first losses from the same weights. */
  readonly apart: number
  readonly ourSeconds: number
  readonly torchSeconds: number
}

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    json: { type: 'boolean', default: false },
    python: { type: 'string', default: 'python3' },
    seeds: { type: 'string', default: '1,2,3' },
    epochs: { type: 'string', default: '3' },
    device: { type: 'string', default: 'simd' },
    threads: { type: 'string', default: String(Math.min(2, availableParallelism())) },
  },
})

function whatIsMissing(): string | undefined {
  if (values.data === undefined) return 'No data: give CIFAR-10 in its binary layout with --data.'
  if (!existsSync(values.data)) return `No data: there is no ${values.data}.`
  const { status } = spawnSync(values.python, ['-c', 'import torch'], { stdio: 'ignore' })
  return status === 0 ? undefined : `${values.python} has no PyTorch: nothing to compare with.`
}

async function compare(data: string): Promise<void> {
  const home = mkdtempSync(path.join(tmpdir(), 'anneal-accuracy-'))
  try {
    const { meta, folder } = await createCatalogue(home).import({ format: 'cifar', path: data })
    const rows: Row[] = []
    for (const seed of values.seeds.split(',').map(Number)) {
      const spec = specOf(meta.name, seed)
      const row = await compareSeed(spec, initialPlan(spec, meta.trainCount), folder)
      rows.push(row)
      if (!values.json) console.log(line(row))
    }
    conclude(rows, meta)
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

function specOf(dataset: string, seed: number): RunSpec {
  return parseRunSpec({
    dataset: { name: dataset, validation: 0 },
    model: { kind: 'resnet', depth: 20 },
    optimizer: { kind: 'sgd', nesterov: true, weightDecay: 5e-4 },
    schedule: { kind: 'oneCycle', lrMax: 0.2, momentum: { curve: 'inverse', low: 0.85, high: 0.95 } },
    budget: { epochs: Number(values.epochs) },
    augmentation: { crop: 4, flip: true },
    evaluation: { everyEpochs: 1000 },
    device: values.device,
    seed,
  })
}

async function compareSeed(spec: RunSpec, plan: SchedulePlan, folder: string): Promise<Row> {
  const ours = await trainOurs(spec, plan, folder)
  const request = { python: values.python, threads: Number(values.threads) }
  const torch = await trainTorch(spec, plan, folder, request)
  const first = torch.sharedLosses.slice(0, sharedSteps)
  const apart = first.map((loss, step) => Math.abs((ours.losses[step] ?? Number.NaN) / loss - 1))
  return {
    seed: spec.seed,
    ours: ours.testAccuracy,
    torch: torch.testAccuracy,
    shared: torch.sharedTestAccuracy,
    ourLoss: lossAtTheEnd(ours.losses),
    torchLoss: lossAtTheEnd(torch.losses),
    sharedLoss: lossAtTheEnd(torch.sharedLosses),
    apart: Math.max(...apart),
    ourSeconds: ours.seconds,
    torchSeconds: torch.seconds,
  }
}

/** A real run of the trainer, in this process. */
async function trainOurs(spec: RunSpec, plan: SchedulePlan, folder: string) {
  const events: TrainerEvent[] = []
  const begun = performance.now()
  await runTrainer(
    { type: 'start', runId: `seed ${spec.seed}`, attempt: 1, spec, datasetId: 'data', plan, edits: [] },
    {
      send: (event) => events.push(event),
      commands: new CommandQueue(),
      folderOf: () => folder,
      clock: () => performance.now(),
      breathe: async () => undefined,
    },
  )
  const losses = events.flatMap((event) => (event.type === 'metrics' ? [...(event.columns.loss ?? [])] : []))
  const last = events.findLast((event) => event.type === 'epoch')
  const ended = events.findLast((event) => event.type === 'ended')
  if (ended?.status !== 'completed') throw new Error(`our run ended: ${ended?.reason}`)
  const { testAccuracy } = z.object({ testAccuracy: z.number() }).parse(last)
  return { losses, testAccuracy, seconds: (performance.now() - begun) / 1000 }
}

const lossAtTheEnd = (losses: readonly number[]): number =>
  mean(losses.slice(-Math.ceil(losses.length / 10))) ?? Number.NaN

function conclude(
  rows: readonly Row[],
  { trainCount, testCount }: { trainCount: number; testCount: number },
) {
  const [ours, torch] = [rows.map((row) => row.ours), rows.map((row) => row.torch)]
  const overlap = Math.max(...ours) >= Math.min(...torch) && Math.max(...torch) >= Math.min(...ours)
  const same = rows.every(({ apart }) => apart < sharedTolerance)
  if (values.json) console.log(JSON.stringify({ trainCount, testCount, rows, overlap, same }))
  else {
    const shared = spread(rows.map((row) => row.shared))
    console.log(`mean     ${spread(ours)}      ${spread(torch)}      from our weights ${shared}`)
    console.log(
      `${values.device} ${range(ours)}, PyTorch ${range(torch)}: the ranges ${overlap ? 'overlap' : 'do not overlap'}.`,
    )
    console.log(
      `${trainCount} training and ${testCount} test images, ${values.epochs} epochs; first ${sharedSteps} losses from the same weights: ${same ? '' : 'not '}the same within ${sharedTolerance}.`,
    )
  }
  if (!overlap || !same) process.exitCode = 1
}

function line(row: Row): string {
  const half = (who: string, accuracy: number, loss: number, seconds: number) =>
    `${who} ${percent(accuracy)} (loss ${loss.toFixed(3)}, ${seconds.toFixed(0)} s)`
  const ours = half(values.device, row.ours, row.ourLoss, row.ourSeconds)
  const torch = half('PyTorch', row.torch, row.torchLoss, row.torchSeconds)
  const shared = `from our weights ${percent(row.shared)} (loss ${row.sharedLoss.toFixed(3)})`
  return `seed ${row.seed}   ${ours}   ${torch}   ${shared}   first losses apart by ${row.apart.toExponential(1)}`
}

const percent = (accuracy: number): string => `${(100 * accuracy).toFixed(2)} %`

const spread = (accuracies: readonly number[]): string =>
  `${percent(mean(accuracies) ?? Number.NaN)} ± ${(100 * (deviation(accuracies) ?? 0)).toFixed(2)}`

const range = (accuracies: readonly number[]): string =>
  `${(100 * Math.min(...accuracies)).toFixed(2)} to ${percent(Math.max(...accuracies))}`

const missing = whatIsMissing()
if (missing === undefined) await compare(values.data ?? '')
else console.error(missing)
