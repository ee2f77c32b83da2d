import type { Command } from 'commander'
import { z } from 'zod'
import type { DeviceInfo } from '../../../shared/api/lab.ts'
import { UserError } from '../../../shared/errors.ts'
import { byTime, type DeviceComparison, type TimingSubject } from '../../../shared/run/deviceComparison.ts'
import { subjectText } from '../../../shared/run/modelText.ts'
import type { Devices } from '../../devices/index.ts'
import { disturbedText, failuresText, timesText } from '../../devices/timingText.ts'
import { addStore, type Cli, printJson, readOptions, storeOptions, withCore } from '../context.ts'
import { examples } from '../help.ts'
import { withDevices } from '../measuring.ts'
import { addModelOptions, modelNames, modelOptions, subjectNamed } from '../modelOptions.ts'
import { untilInterrupted } from '../untilInterrupted.ts'
import { wrap } from '../wrap.ts'

const options = z.object({ ...storeOptions, ...modelOptions, model: modelOptions.model.optional() })

export function addDevices(program: Command, cli: Cli): void {
  const command = addModelOptions(
    addStore(program.command('devices'))
      .summary('what a run can train on here')
      .description(
        'Start each device once, in a process of its own, and say whether it is there, what it lacks, which one "auto" takes, and what was measured of them.',
      ),
    `measure the devices now for this model, and keep it: ${modelNames}`,
  ).addHelpText(
    'after',
    examples([
      ['anneal devices', 'why a run trains on what it does'],
      ['anneal devices --model resnet20 --batch 128', 'measure anew which one is the fastest for it'],
      ['anneal devices --json', 'the same for a program'],
    ]),
  )
  command.action(async () => {
    const { model, json, ...chosen } = readOptions(command, options)
    if (model === undefined) {
      refuseWithoutModel(command)
      return withDevices(cli, chosen, false, async (devices) => show(cli, devices, json))
    }
    const subject = subjectNamed({ ...chosen, model }, 'devices')
    return withCore(cli, chosen, async ({ devices }) => {
      const measured = await measureNow(cli, devices, subject)
      return show(cli, devices, json, measured)
    })
  })
}

/** Options of a model that is not named would go unheard. */
function refuseWithoutModel(command: Command): void {
  for (const name of ['dataset', 'batch']) {
    if (command.getOptionValueSource(name) === undefined) continue
    throw new UserError(
      `While reading the options of "anneal devices": --${name} is of a model to measure; name it with --model.`,
    )
  }
}

async function measureNow(cli: Cli, devices: Devices, subject: TimingSubject): Promise<DeviceComparison> {
  const say = (words: string): void => cli.terminal.err(`${words}.\n`)
  const measured = await untilInterrupted(cli, (signal) => devices.compare(subject, signal, say))
  const { disturbedBy } = measured
  if (disturbedBy !== undefined) cli.terminal.err(`Not kept: ${disturbedText(disturbedBy)}.\n`)
  return measured
}

async function show(cli: Cli, devices: Devices, json: boolean, measured?: DeviceComparison): Promise<void> {
  const found = await devices.list()
  const calibrations = await devices.comparisons()
  if (json) {
    return printJson(cli, {
      devices: found,
      auto: found.find(({ chosen }) => chosen)?.name ?? null,
      ...(measured !== undefined && { measured: report(measured) }),
      calibrations: calibrations.map(report),
    })
  }
  const { columns } = cli.terminal
  const now = measured === undefined ? '' : `Measured now:\n${lineOf(measured, columns)}\n`
  const earlier = calibrations.filter(({ measuredAt }) => measuredAt !== measured?.measuredAt)
  const before =
    earlier.length === 0
      ? ''
      : `\nMeasured on this machine:\n${earlier.map((each) => lineOf(each, columns)).join('')}`
  const several = (await devices.contenders()).names.length > 1
  const star = several
    ? starOfSeveral(calibrations.length > 0)
    : '* is what a run trains on whose "device" is "auto".'
  await cli.terminal.out(`${now}${describe(found, columns)}\n${wrap(star, columns)}\n${before}`)
}

const starOfSeveral = (isMeasured: boolean): string =>
  isMeasured
    ? '* was the fastest for the model measured last; "auto" takes the fastest for each model.'
    : '* comes first as long as nothing is measured; "auto" measures each model once and takes the fastest.'

const report = ({ subject, timings, measuredAt }: DeviceComparison) => ({ ...subject, timings, measuredAt })

/** "ResNet-20, 32×32×3, batch 128: webgpu 12.1 ms a step, simd 217 ms". */
function lineOf({ subject, timings }: DeviceComparison, columns: number): string {
  const times = byTime(timings).length === 0 ? [] : [timesText(timings)]
  return `${wrap(`  ${subjectText(subject)}: ${[...times, ...failuresText(timings)].join('; ')}`, columns, '    ')}\n`
}

function describe(devices: readonly DeviceInfo[], columns: number): string {
  const width = Math.max(...devices.map(({ name }) => name.length))
  const indent = ' '.repeat(width + 4)
  const paragraphs = devices.map(({ name, available, device, reason, chosen }) => {
    const sign = chosen ? '*' : ' '
    const head = `${sign} ${name.padEnd(width)}  ${available ? device : 'not available'}`
    return `${wrap(head, columns, indent)}\n${wrap(indent + reason, columns, indent)}\n`
  })
  return paragraphs.join('\n')
}
