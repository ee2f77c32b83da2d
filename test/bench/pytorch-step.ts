import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { modelSpec } from '../../shared/run/spec.ts'
import { runJob } from '../../src-main/process/runJob.ts'
import { type Network, networks } from './networks/index.ts'
import { PythonCommand } from './pytorch/pythonCommand.ts'
import {
  environmentOf,
  isDefault,
  settingText,
  type TorchSetting,
  torchSettings,
} from './pytorch/settings.ts'

/*
 * Training steps at batch 128 beside PyTorch's, model by model and by number of threads: the two take turns, and each
 * is judged by its median step in its best round. PyTorch is asked in both memory layouts and, on several threads, with
 * threads that sleep while they wait; it is judged by whichever is quickest, on as many threads as we have or on one.
 *   node test/bench/pytorch-step.ts [--json] [--python "chroot DEBIAN python3"] [--rounds 3] [--device simd]
 *     [--model resnet20,cnn] [--threads 1,2] [--batch 128] [--steps 10]
 * Without PyTorch our half is printed alone. It fails where the two have not as many parameters.
 */

const timing = z.object({ median: z.number(), min: z.number() })
const measured = z.object({ stepMs: timing, cpuMs: timing, memoryMb: z.number(), parameters: z.int() })
type Measured = z.infer<typeof measured>

interface Theirs {
  readonly setting: TorchSetting
  readonly measured: Measured
}

interface Row {
  readonly model: string
  readonly threads: number
  /** Or why there is none. */
  readonly ours: Measured | string
  readonly torch: readonly Theirs[]
}

const cores = availableParallelism()
const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    python: { type: 'string', default: 'python3' },
    rounds: { type: 'string', default: '3' },
    device: { type: 'string', default: 'simd' },
    threads: { type: 'string', default: [...new Set([1, Math.min(2, cores)])].join() },
    batch: { type: 'string', default: '128' },
    steps: { type: 'string' },
    model: { type: 'string', default: Object.keys(networks).join() },
  },
})
const count = z.coerce.number().int().min(1)
const device = z.enum(['simd', 'wasm', 'cpu']).parse(values.device)
const [rounds, batchSize, wantedSteps] = [
  count.parse(values.rounds),
  count.parse(values.batch),
  count.optional().parse(values.steps),
]
const threadCounts = z.array(count).min(1).parse(values.threads.split(','))
const models = values.model.split(',')
const python = new PythonCommand(values.python)

/** Of both the least: of the times, and of the memory. */
function better(a: Measured | undefined, b: Measured): Measured {
  if (a === undefined) return b
  const pick = (key: 'stepMs' | 'cpuMs') => ({
    median: Math.min(a[key].median, b[key].median),
    min: Math.min(a[key].min, b[key].min),
  })
  const { parameters } = b
  return {
    stepMs: pick('stepMs'),
    cpuMs: pick('cpuMs'),
    memoryMb: Math.min(a.memoryMb, b.memoryMb),
    parameters,
  }
}

async function askOurs({ spec, shape, steps }: Network, threads: number): Promise<Measured> {
  const model = modelSpec.safeParse(spec)
  if (!model.success) throw new Error('there is no such kind of model')
  return runJob('bench', {
    model: model.data,
    shape: [...shape],
    classes: 10,
    batchSize,
    steps: wantedSteps ?? steps,
    device,
    threads,
  })
}

function askTorch(name: string, { steps }: Network, setting: TorchSetting): Measured {
  const { layout, threads } = setting
  const asked = [
    name,
    String(threads),
    String(wantedSteps ?? steps),
    '--batch',
    String(batchSize),
    '--layout',
    layout,
  ]
  return measured.parse(python.step(asked, environmentOf(setting)))
}

/** Networks for whose layers the layout matters. */
const isImage = (name: string): boolean => !['mlp', 'layernorm', 'lstm', 'encoder'].includes(name)

async function compare(name: string, network: Network, threads: number, hasTorch: boolean): Promise<Row> {
  let ours: Measured | string | undefined
  const settings = hasTorch ? torchSettings(threads, isImage(name)) : []
  const torch = new Map<TorchSetting, Measured>()
  for (let round = 0; round < rounds; round++) {
    if (typeof ours !== 'string') {
      try {
        ours = better(ours, await askOurs(network, threads))
      } catch (error) {
        ours = error instanceof Error ? error.message : String(error)
      }
    }
    for (const setting of settings)
      torch.set(setting, better(torch.get(setting), askTorch(name, network, setting)))
  }
  const found = [...torch].map(([setting, each]) => ({ setting, measured: each }))
  refuseUnequal(name, ours, found)
  return { model: name, threads, ours: ours ?? 'nothing was measured', torch: found }
}

function refuseUnequal(name: string, ours: Measured | string | undefined, torch: readonly Theirs[]): void {
  const counts = new Set(torch.map((each) => each.measured.parameters))
  if (typeof ours === 'object') counts.add(ours.parameters)
  if (counts.size > 1) throw new Error(`${name} has ${[...counts].join(' and ')} parameters`)
}

/** The quickest of those that use no more threads than we. */
function best(rows: readonly Row[], { model, threads }: Row): Theirs | undefined {
  return rows
    .filter((row) => row.model === model && row.threads <= threads)
    .flatMap(({ torch }) => torch)
    .toSorted((a, b) => a.measured.stepMs.median - b.measured.stepMs.median)[0]
}

const ms = (time: number): string => time.toFixed(time < 10 ? 2 : 1)

function line(rows: readonly Row[], row: Row): string {
  const { model, threads, ours, torch } = row
  const own =
    typeof ours === 'string'
      ? ['not here', '']
      : [`${ms(ours.stepMs.median)} (${ms(ours.stepMs.min)})`, ours.memoryMb.toFixed(0)]
  const usual = torch.find(({ setting }) => isDefault(setting))?.measured
  const quickest = best(rows, row)
  const theirs =
    usual === undefined || quickest === undefined
      ? ['', '', '', '']
      : [
          ms(usual.stepMs.median),
          `${ms(quickest.measured.stepMs.median)} (${ms(quickest.measured.stepMs.min)})`,
          settingText(quickest.setting),
          quickest.measured.memoryMb.toFixed(0),
        ]
  const ratio =
    typeof ours === 'string' || quickest === undefined
      ? ''
      : (ours.stepMs.median / quickest.measured.stepMs.median).toFixed(2)
  return `| ${[model, threads, own[0], ...theirs.slice(0, 3), ratio, own[1], theirs[3]].join(' | ')} |`
}

const version = python.torchVersion()
if (version === undefined) console.error(`${values.python} has no PyTorch: our half alone.`)
const rows: Row[] = []
for (const name of models) {
  const network = networks[name]
  if (network === undefined)
    throw new Error(`--model must be some of ${Object.keys(networks).join(', ')} (received ${name})`)
  for (const threads of threadCounts) rows.push(await compare(name, network, threads, version !== undefined))
}

if (values.json) console.log(JSON.stringify({ device, batchSize, torch: version, rows }))
else {
  console.log(
    `Milliseconds of a step at batch ${batchSize}, the median (and the least) of the best of ${rounds} rounds`,
  )
  const heads = [
    'model',
    'threads',
    device,
    `PyTorch ${version ?? ''} as it is`,
    'at its best',
    'which is',
    'ratio',
  ]
  for (const cells of [[...heads, 'our MiB', 'its MiB'], Array.from({ length: 9 }, () => '---')])
    console.log(`| ${cells.join(' | ')} |`)
  for (const row of rows) console.log(line(rows, row))
  for (const { model, ours } of rows) if (typeof ours === 'string') console.log(`${model}: ${ours}`)
}
