import type { Command } from 'commander'
import { z } from 'zod'
import { UserError } from '../../../shared/errors.ts'
import { deviceName, type ModelSpec, modelSpec } from '../../../shared/run/spec.ts'
import { benchInProcess, type Measured } from '../../bench/benchProcess.ts'
import { addJson, type Cli, jsonOption, printJson, readOptions, wholeNumber } from '../context.ts'
import { whole } from '../format.ts'
import { examples } from '../help.ts'

const datasets = {
  'mnist-shape': { shape: [28, 28, 1], classes: 10 },
  'cifar10-shape': { shape: [32, 32, 3], classes: 10 },
  'cifar100-shape': { shape: [32, 32, 3], classes: 100 },
} as const

const options = z.object({
  ...jsonOption,
  model: z.string().min(1).default('resnet20'),
  dataset: z
    .enum(
      ['mnist-shape', 'cifar10-shape', 'cifar100-shape'],
      `must be one of ${Object.keys(datasets).join(', ')}`,
    )
    .default('cifar10-shape'),
  batch: wholeNumber(1, 65_536).default(128),
  steps: wholeNumber(1, 100_000).default(20),
  device: deviceName.default('auto'),
  threads: wholeNumber(1, 128).optional(),
})
type Options = z.infer<typeof options>

export function addBench(program: Command, cli: Cli): void {
  const command = addJson(program.command('bench'))
    .summary('how long a training step takes on this machine')
    .description(
      'Time training steps (forward, backward and optimizer) on random examples of a data set’s shape, in a process of their own.',
    )
    .option('--model <name>', 'softmax, mlp, cnn, resnet<depth> or wrn-<depth>-<widen> (default: resnet20)')
    .option(
      '--dataset <name>',
      `shape of the examples: ${Object.keys(datasets).join(', ')} (default: cifar10-shape)`,
    )
    .option('--batch <n>', 'examples in a step (default: 128)')
    .option('--steps <n>', 'steps to time, after a few that are not (default: 20)')
    .option('--device <name>', `${deviceName.options.join(', ')} (default: auto)`)
    .option('--threads <n>', 'threads of the simd device (default: as many as the machine has)')
    .addHelpText(
      'after',
      examples([
        ['anneal bench --model resnet20 --device simd --steps 20 --json', 'for a script that compares'],
      ]),
    )
  command.action(async () => {
    const chosen = readOptions(command, options)
    const measured = await benchInProcess({
      model: modelNamed(chosen.model),
      shape: [...datasets[chosen.dataset].shape],
      classes: datasets[chosen.dataset].classes,
      batchSize: chosen.batch,
      steps: chosen.steps,
      device: chosen.device,
      ...(chosen.threads === undefined ? {} : { threads: chosen.threads }),
    })
    if (chosen.json) return printJson(cli, report(chosen, measured))
    await cli.terminal.out(describe(chosen, measured))
  })
}

/** @throws UserError for a name that is none */
function modelNamed(name: string): ModelSpec {
  const [, family = '', depth, widen] = /^(softmax|mlp|cnn|resnet|wrn)-?(\d+)?(?:-(\d+))?$/.exec(name) ?? []
  const numbers = {
    ...(depth === undefined ? {} : { depth: Number(depth) }),
    ...(widen === undefined ? {} : { widen: Number(widen) }),
  }
  const model = modelSpec.safeParse({ kind: family, ...numbers })
  if (model.success) return model.data
  throw new UserError(
    `While reading the options of "anneal bench": model must be softmax, mlp, cnn, resnet<6n+2> or wrn-<6n+4>-<widen> (received "${name}").`,
  )
}

function report({ model, dataset, batch, steps }: Options, { type: _, ...measured }: Measured) {
  return { model, dataset, batch, steps, ...measured }
}

function describe({ model, batch, dataset }: Options, measured: Measured): string {
  const { device, stepMs, cpuMs, samplesPerSecond, gflops, memoryMb } = measured
  return [
    `${model}, ${dataset}, batch ${batch}, on ${device}:`,
    `  a step takes ${stepMs.median.toFixed(1)} ms (least ${stepMs.min.toFixed(1)} ms), ${cpuMs.median.toFixed(1)} ms of processor time`,
    `  ${whole(samplesPerSecond)} examples a second, ${gflops.toFixed(1)} GFLOP/s, at most ${whole(memoryMb)} MiB of memory`,
    '',
  ].join('\n')
}
