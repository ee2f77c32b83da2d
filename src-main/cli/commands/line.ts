import type { Command } from 'commander'
import { z } from 'zod'
import type { WeightLine } from '../../../shared/api/ensembles.ts'
import { nats } from '../../../shared/run/line.ts'
import {
  addStore,
  type Cli,
  printJson,
  readOptions,
  storeOptions,
  wholeNumber,
  withStored,
} from '../context.ts'
import { fixed, percent, whole } from '../format.ts'
import { examples } from '../help.ts'
import { table } from '../table.ts'
import { untilInterrupted } from '../untilInterrupted.ts'
import { wrap } from '../wrap.ts'

const options = z.object({ ...storeOptions, from: wholeNumber(1), to: wholeNumber(1) })

/** `line`: whether two snapshots lie in one basin. */
export function addLine(program: Command, cli: Cli): void {
  const command = addStore(program.command('line'))
    .summary('the loss between the weights of two snapshots: one basin or two')
    .description(
      'Measure validation loss and accuracy in 21 places on the straight line between the weights of two snapshots, the statistics of batch normalisation measured anew in each. A bump is loss above the straight line between the losses of the ends; one below three standard errors (of the paired differences of the examples) cannot be told from none. Across a bump weights do not average.',
    )
    .requiredOption('--from <number>', 'a snapshot, by its number from "snapshots list"')
    .requiredOption('--to <number>', 'the other one')
    .addHelpText('after', examples([['anneal line --from 4 --to 5', 'may their weights be averaged?']]))
  command.action(async () => {
    const { from, to, ...rest } = readOptions(command, options)
    await withStored(cli, rest, (core) =>
      untilInterrupted(cli, async (signal) => {
        let line: WeightLine | undefined
        for await (const now of core.ensembles.line(from, to, signal)) line = now
        if (line === undefined) return
        if (rest.json) return printJson(cli, line)
        await cli.terminal.out(
          `${drawn(line, cli.terminal.columns)}${wrap(verdict(line), cli.terminal.columns)}\n`,
        )
      }),
    )
  })
}

const right = (head: string) => ({ head, align: 'right' as const })

function drawn({ points }: WeightLine, columns: number): string {
  return table(
    [
      right('λ'),
      right('validation loss'),
      right('accuracy'),
      right('above the ends'),
      right('± standard error'),
    ],
    points.map(({ at, loss, accuracy, height, standardError }) => [
      at.toFixed(2),
      fixed(loss),
      percent(accuracy),
      fixed(height),
      fixed(standardError),
    ]),
    columns,
  )
}

/** The answer in words. */
function verdict({ top, examples: n }: WeightLine): string {
  if (top === null) return ''
  const of = `on ${whole(n)} validation examples`
  return top.isBump
    ? `There is a bump of ${fixed(top.height)} nats at λ = ${top.at} (standard error ${fixed(top.standardError)}, ${of}): the two lie in different basins, and weights averaged across it are worse than either promises.`
    : `One basin, as far as ${whole(n)} validation examples tell: no bump above ${fixed(top.leastBump)} nats (three standard errors); the highest place is ${nats(top.height, fixed)} the line between the ends, at λ = ${top.at}.`
}
