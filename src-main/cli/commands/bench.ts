import type { Command } from 'commander'
import { z } from 'zod'
import { UserError } from '../../../shared/errors.ts'
import type { BenchAnswer, BenchRequest } from '../../../shared/run/bench.ts'
import { modelText } from '../../../shared/run/modelText.ts'
import { deviceName } from '../../../shared/run/spec.ts'
import { homeFolder } from '../../homeFolder.ts'
import { runJob } from '../../process/runJob.ts'
import { addStore, type Cli, printJson, readOptions, storeOptions, wholeNumber } from '../context.ts'
import { whole } from '../format.ts'
import { examples } from '../help.ts'
import { kernelLine, kernelReport, kernelTable } from '../kernelText.ts'
import { adviceFor, withDevices } from '../measuring.ts'
import {
  addModelOptions,
  modelNames,
  modelOptions,
  shapeName,
  shapeNamed,
  subjectNamed,
} from '../modelOptions.ts'
import { dataShapeOf, readSpecFile } from '../specSubject.ts'
import { untilInterrupted } from '../untilInterrupted.ts'
import { wrap } from '../wrap.ts'

const options = z.object({
  ...storeOptions,
  spec: z.string().min(1).optional(),
  model: z.string().min(1).optional(),
  dataset: shapeName.optional(),
  batch: modelOptions.batch.removeDefault().optional(),
  steps: wholeNumber(1, 100_000).default(20),
  device: deviceName.optional(),
  threads: wholeNumber(1, 128).optional(),
})
type Options = z.infer<typeof options>

export function addBench(program: Command, cli: Cli): void {
  const command = addModelOptions(
    addStore(program.command('bench'))
      .summary('how long a training step takes on this machine, and where the time goes')
      .description(
        'Time training steps (forward, backward and optimizer) on random examples of a data set’s shape, in a process of their own, then tell each kernel’s share of a step and which of them run in plain JavaScript.',
      )
      .option('--spec <file>', 'a run’s JSON file: its model, optimizer, batch size and data shape'),
    `${modelNames} (default: resnet20)`,
  )
    .option('--steps <n>', 'steps to time, after a few that are not (default: 20)')
    .option(
      '--device <name>',
      `${deviceName.options.join(', ')} (default: the spec’s, else auto, which takes what a run takes)`,
    )
    .option('--threads <n>', 'threads of the simd device (default: as many as the machine has)')
    .addHelpText(
      'after',
      examples([
        ['anneal bench --model resnet20 --device simd --steps 20 --json', 'for a script that compares'],
        ['anneal bench --spec run.json', 'the very model of a run; nothing is trained or stored'],
      ]),
    )
  command.action(async () => {
    const chosen = readOptions(command, options)
    const subject = await subjectOf(cli, chosen)
    const request = await requestFor(cli, chosen, subject)
    const measured = await untilInterrupted(cli, (signal) => runJob('bench', request, { signal }))
    if (chosen.json) return printJson(cli, report(subject, measured))
    await cli.terminal.out(describe(subject, measured, cli.terminal.columns))
  })
}

/** What is timed, and how it is called. */
interface Subject {
  readonly request: Pick<BenchRequest, 'model' | 'shape' | 'classes' | 'batchSize' | 'recipe' | 'device'>
  readonly model: string
  readonly dataset: string
}

/** @throws UserError */
async function subjectOf(cli: Cli, chosen: Options): Promise<Subject> {
  if (chosen.spec !== undefined) return subjectOfSpec(cli, chosen, chosen.spec)
  const { model = 'resnet20', dataset = 'cifar10-shape', batch = 128, device = 'auto' } = chosen
  return { request: { ...subjectNamed({ model, dataset, batch }, 'bench'), device }, model, dataset }
}

async function subjectOfSpec(
  cli: Cli,
  { model, batch, dataset, ...chosen }: Options,
  file: string,
): Promise<Subject> {
  if (model !== undefined || batch !== undefined)
    throw new UserError(
      `While reading the options of "anneal bench": --spec says the model and the batch size; leave ${model === undefined ? '--batch' : '--model'} out.`,
    )
  const spec = readSpecFile(file, 'bench')
  const data =
    dataset === undefined ? await dataShapeOf(spec, homeFolder(cli.terminal.env)) : shapeNamed(dataset)
  const { optimizer, labelSmoothing, clipping, ema, batchSize } = spec
  const recipe = { optimizer, labelSmoothing, ...(clipping && { clipping }), ...(ema && { ema }) }
  return {
    request: { model: spec.model, ...data, batchSize, recipe, device: chosen.device ?? spec.device },
    model: modelText(spec.model),
    dataset: dataset ?? spec.dataset.name,
  }
}

async function requestFor(cli: Cli, chosen: Options, { request }: Subject): Promise<BenchRequest> {
  const { threads, steps } = chosen
  const { device: wanted, recipe: _, ...subject } = request
  const asked = { wanted, subject, threads }
  const devices = await withDevices(cli, chosen, wanted === 'auto', (each) => adviceFor(cli, each, asked))
  return { ...request, steps, devices, kernels: true, ...(threads !== undefined && { threads }) }
}

function report({ request, model, dataset }: Subject, { kernels, ...measured }: BenchAnswer) {
  const { batchSize: batch, shape, classes } = request
  return {
    model,
    dataset,
    shape,
    classes,
    batch,
    ...measured,
    kernels: kernels ? kernelReport(kernels) : null,
  }
}

function describe({ request, model, dataset }: Subject, measured: BenchAnswer, columns: number): string {
  const { device, reason, stepMs, cpuMs, samplesPerSecond, gflops, memoryMb, kernels } = measured
  return [
    `${model}, ${dataset}, batch ${request.batchSize}, on ${device}:`,
    `  a step takes ${stepMs.median.toFixed(1)} ms (least ${stepMs.min.toFixed(1)} ms), ${cpuMs.median.toFixed(1)} ms of processor time`,
    `  ${whole(samplesPerSecond)} examples a second, ${gflops.toFixed(1)} GFLOP/s, at most ${whole(memoryMb)} MiB of memory`,
    wrap(`  why this device: ${reason}`, columns, '    '),
    ...(kernels === undefined ? [''] : [`  ${kernelLine(kernels)}`, kernelTable(kernels, columns)]),
  ].join('\n')
}
