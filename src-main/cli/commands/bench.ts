import type { Command } from 'commander'
import { z } from 'zod'
import type { BenchAnswer, BenchRequest } from '../../../shared/run/bench.ts'
import { deviceName } from '../../../shared/run/spec.ts'
import { runJob } from '../../process/runJob.ts'
import { addStore, type Cli, printJson, readOptions, storeOptions, wholeNumber } from '../context.ts'
import { whole } from '../format.ts'
import { examples } from '../help.ts'
import { adviceFor, withDevices } from '../measuring.ts'
import { addModelOptions, modelNames, modelOptions, subjectNamed } from '../modelOptions.ts'
import { untilInterrupted } from '../untilInterrupted.ts'
import { wrap } from '../wrap.ts'

const options = z.object({
  ...storeOptions,
  ...modelOptions,
  model: modelOptions.model.default('resnet20'),
  steps: wholeNumber(1, 100_000).default(20),
  device: deviceName.default('auto'),
  threads: wholeNumber(1, 128).optional(),
})
type Options = z.infer<typeof options>

export function addBench(program: Command, cli: Cli): void {
  const command = addModelOptions(
    addStore(program.command('bench'))
      .summary('how long a training step takes on this machine')
      .description(
        'Time training steps (forward, backward and optimizer) on random examples of a data set’s shape, in a process of their own.',
      ),
    `${modelNames} (default: resnet20)`,
  )
    .option('--steps <n>', 'steps to time, after a few that are not (default: 20)')
    .option(
      '--device <name>',
      `${deviceName.options.join(', ')} (default: auto, which takes what a run takes)`,
    )
    .option('--threads <n>', 'threads of the simd device (default: as many as the machine has)')
    .addHelpText(
      'after',
      examples([
        ['anneal bench --model resnet20 --device simd --steps 20 --json', 'for a script that compares'],
      ]),
    )
  command.action(async () => {
    const chosen = readOptions(command, options)
    const request = await requestFor(cli, chosen)
    const measured = await untilInterrupted(cli, (signal) => runJob('bench', request, { signal }))
    if (chosen.json) return printJson(cli, report(chosen, measured))
    await cli.terminal.out(describe(chosen, measured, cli.terminal.columns))
  })
}

async function requestFor(cli: Cli, chosen: Options): Promise<BenchRequest> {
  const { device, threads, steps } = chosen
  const subject = subjectNamed(chosen, 'bench')
  const asked = { wanted: device, subject, threads }
  const devices = await withDevices(cli, chosen, device === 'auto', (each) => adviceFor(cli, each, asked))
  return { ...subject, steps, device, devices, ...(threads !== undefined && { threads }) }
}

function report({ model, dataset, batch }: Options, measured: BenchAnswer) {
  return { model, dataset, batch, ...measured }
}

function describe({ model, batch, dataset }: Options, measured: BenchAnswer, columns: number): string {
  const { device, reason, stepMs, cpuMs, samplesPerSecond, gflops, memoryMb } = measured
  return [
    `${model}, ${dataset}, batch ${batch}, on ${device}:`,
    `  a step takes ${stepMs.median.toFixed(1)} ms (least ${stepMs.min.toFixed(1)} ms), ${cpuMs.median.toFixed(1)} ms of processor time`,
    `  ${whole(samplesPerSecond)} examples a second, ${gflops.toFixed(1)} GFLOP/s, at most ${whole(memoryMb)} MiB of memory`,
    wrap(`  why this device: ${reason}`, columns, '    '),
    '',
  ].join('\n')
}
