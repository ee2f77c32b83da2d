import type { Command } from 'commander'
import { z } from 'zod'
import type { AverageLines, WeightLine } from '../../../shared/api/ensembles.ts'
import { UserError } from '../../../shared/errors.ts'
import { averageVerdict, nats } from '../../../shared/run/line.ts'
import { nameText, snapshotName } from '../../../shared/run/snapshotName.ts'
import type { Core } from '../../core.ts'
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

const options = z.object({
  ...storeOptions,
  from: wholeNumber(1).optional(),
  to: wholeNumber(1).optional(),
  average: z
    .string()
    .regex(/^\d+(,\d+){2,49}$/, 'must be 3 to 50 snapshot numbers with commas between them, e.g. 3,4,5')
    .transform((text) => text.split(',').map(Number))
    .optional(),
})

/** `line`: whether two snapshots lie in one basin, or several with the average of their weights. */
export function addLine(program: Command, cli: Cli): void {
  const command = addStore(program.command('line'))
    .summary('the loss between the weights of snapshots: one basin or two')
    .description(
      'Measure validation loss and accuracy in 21 places on the straight line between the weights of two snapshots, or in 11 places from each of several to the average of their weights; the statistics of batch normalisation are measured anew in each. A bump is loss above the straight line between the losses of the ends; one below three standard errors (of the paired differences of the examples; more on several lines) cannot be told from none. Across a bump weights do not average.',
    )
    .option('--from <number>', 'a snapshot, by its number from "snapshots list"')
    .option('--to <number>', 'the other one')
    .option('--average <numbers>', 'instead: three snapshots or more, each against the average of them all')
    .addHelpText(
      'after',
      examples([
        ['anneal line --from 4 --to 5', 'may their weights be averaged?'],
        ['anneal line --average 3,4,5', 'which of them does not go with the others?'],
      ]),
    )
  command.action(async () => {
    const { from, to, average, ...rest } = readOptions(command, options)
    const ends = endsOf(from, to, average)
    await withStored(cli, rest, (core) =>
      untilInterrupted(cli, async (signal) => {
        const { columns } = cli.terminal
        const said =
          ends === undefined
            ? await last(core.ensembles.averageLines(average ?? [], signal))
            : await last(core.ensembles.line(ends.from, ends.to, signal))
        if (said === undefined) return
        if (rest.json) return printJson(cli, said)
        const [drawn, words] =
          'lines' in said
            ? [drawnLines(core, said, columns), averageVerdict(said, (id) => named(core, id), fixed, whole)]
            : [drawnLine(said, columns), verdict(said)]
        await cli.terminal.out(`${drawn}${wrap(words, columns)}\n`)
      }),
    )
  })
}

/** Undefined where the lines lead to an average. @throws UserError for both, or neither whole */
function endsOf(from: number | undefined, to: number | undefined, average: readonly number[] | undefined) {
  if (average === undefined && from !== undefined && to !== undefined) return { from, to }
  if (average !== undefined && from === undefined && to === undefined) return undefined
  const received = [
    ...(from === undefined ? [] : [`--from ${from}`]),
    ...(to === undefined ? [] : [`--to ${to}`]),
    ...(average === undefined ? [] : [`--average ${average.join()}`]),
  ]
  throw new UserError(
    `While reading the options of "anneal line": give --from and --to, or --average alone (received ${received.join(' and ') || 'none of them'}).`,
  )
}

async function last<T>(steps: AsyncIterable<T>): Promise<T | undefined> {
  let known: T | undefined
  for await (const now of steps) known = now
  return known
}

/** "snapshot 4 (cycle 2)" */
function named({ store: { read } }: Core, id: number): string {
  const snapshot = read.snapshot(id)
  return `snapshot ${id} (${nameText(snapshotName(read.run(snapshot.runId), snapshot))})`
}

const right = (head: string) => ({ head, align: 'right' as const })

function drawnLine({ points }: WeightLine, columns: number): string {
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

/** A row a member: its own loss, and the highest place on its way to the average. */
function drawnLines({ store: { read } }: Core, { lines }: AverageLines, columns: number): string {
  return table(
    [
      right('snapshot'),
      { head: 'member' },
      right('its loss'),
      right('of the average'),
      right('highest above'),
      right('± standard error'),
      right('at λ'),
      { head: '' },
    ],
    lines.map(({ snapshotId, points, top }) => {
      const snapshot = read.snapshot(snapshotId)
      return [
        String(snapshotId),
        nameText(snapshotName(read.run(snapshot.runId), snapshot)),
        fixed(points[0]?.loss),
        fixed(points.at(-1)?.loss),
        fixed(top?.height),
        fixed(top?.standardError),
        top === null ? '' : top.at.toFixed(1),
        top?.isBump === true ? 'bump' : '',
      ]
    }),
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
