import type { Command } from 'commander'
import { z } from 'zod'
import type { DeviceInfo } from '../../../shared/api/lab.ts'
import { createDevices } from '../../devices/index.ts'
import { addJson, type Cli, jsonOption, printJson, readOptions } from '../context.ts'
import { examples } from '../help.ts'
import { wrap } from '../wrap.ts'

const options = z.object(jsonOption)

export function addDevices(program: Command, cli: Cli): void {
  const command = addJson(program.command('devices'))
    .summary('what a run can train on here')
    .description(
      'Start each device once, in a process of its own, and say whether it is there, what it lacks, and which one "auto" takes.',
    )
    .addHelpText(
      'after',
      examples([
        ['anneal devices', 'why a run trains on what it does'],
        ['anneal devices --json', 'the same for a program'],
      ]),
    )
  command.action(async () => {
    const { json } = readOptions(command, options)
    const looking = createDevices()
    try {
      const devices = await looking.list()
      await (json
        ? printJson(cli, { devices, auto: devices.find(({ chosen }) => chosen)?.name ?? null })
        : cli.terminal.out(describe(devices, cli.terminal.columns)))
    } finally {
      looking.close()
    }
  })
}

function describe(devices: readonly DeviceInfo[], columns: number): string {
  const width = Math.max(...devices.map(({ name }) => name.length))
  const indent = ' '.repeat(width + 4)
  const paragraphs = devices.map(({ name, available, device, reason, chosen }) => {
    const sign = chosen ? '*' : ' '
    const head = `${sign} ${name.padEnd(width)}  ${available ? device : 'not available'}`
    return `${wrap(head, columns, indent)}\n${wrap(indent + reason, columns, indent)}\n`
  })
  return `${paragraphs.join('\n')}\n${wrap('* is what a run trains on whose "device" is "auto".', columns)}\n`
}
