import type { Command } from 'commander'
import { z } from 'zod'
import { queueMoves } from '../../../shared/api/runs.ts'
import { slotSettings } from '../../../shared/api/studies.ts'
import type { Core } from '../../core.ts'
import {
  addRunCommand,
  addStore,
  type Cli,
  printJson,
  readOptions,
  storeOptions,
  typed,
  wholeNumber,
  withRun,
  withStored,
} from '../context.ts'
import { plural } from '../format.ts'
import { examples } from '../help.ts'
import { placementOrHere } from '../placeText.ts'
import { runListReport } from '../reports.ts'
import { queueTable } from '../runText.ts'

const listOptions = z.object(storeOptions)
const moveOptions = z.object({
  ...storeOptions,
  to: z.enum(queueMoves),
})

const placeOptions = z.object({ ...storeOptions, on: z.string() })

const slotOptions = z.object({
  ...storeOptions,
  processor: wholeNumber(1, 64).optional(),
  graphics: wholeNumber(1, 64).optional(),
})

export function addQueue(program: Command, cli: Cli): void {
  const queue = program
    .command('queue')
    .helpCommand(false)
    .summary('runs that wait for their turn: list, move, place, slots')
    .description('Runs that wait for their turn: "train --queue" adds one, the open app starts them.')
  addList(queue, cli)
  addMove(queue, cli)
  addPlace(queue, cli)
  addSlots(queue, cli)
}

function addList(queue: Command, cli: Cli): void {
  const list = addStore(queue.command('list'))
    .description('List the runs that wait, the next one first.')
    .addHelpText('after', examples([['anneal queue list', 'in the order they are started in']]))
  list.action(async () => {
    const options = readOptions(list, listOptions)
    await withStored(cli, options, (core) => printQueue(cli, core, options.json))
  })
}

function addMove(queue: Command, cli: Cli): void {
  const move = addRunCommand(queue, 'move')
    .description('Give a run that waits another place in the queue.')
    .requiredOption('--to <place>', `${queueMoves.join(', ')} (earlier and later: by one place)`)
    .addHelpText(
      'after',
      examples([
        ['anneal queue move mwt --to first', 'it is started next'],
        ['anneal queue move mwt --to later', 'it lets one run go before it'],
      ]),
    )
  move.action(async (id: string) => {
    const { to, ...options } = readOptions(move, moveOptions)
    await withRun(cli, options, id, async (core, run) => {
      core.store.write.moveQueuedRun(run.id, to)
      await printQueue(cli, core, options.json)
    })
  })
}

function addPlace(queue: Command, cli: Cli): void {
  const place = addRunCommand(queue, 'place')
    .description('Let a run that waits train somewhere else.')
    .requiredOption('--on <where>', 'here, any (whichever worker is free), the name of a worker, or slurm')
    .addHelpText('after', examples([['anneal queue place mwt --on here', 'it waits for no worker any more']]))
  place.action(async (id: string) => {
    const { on, ...options } = readOptions(place, placeOptions)
    await withRun(cli, options, id, async (core, run) => {
      core.runs.place(run.id, placementOrHere(core.store, on))
      await printQueue(cli, core, options.json)
    })
  })
}

function addSlots(queue: Command, cli: Cli): void {
  const slots = addStore(queue.command('slots'))
    .description('How many runs train at once on the processor and on a graphics device, as in Settings.')
    .option('--processor <n>', 'on the processor, which share its threads out')
    .option('--graphics <n>', 'on a graphics device')
    .addHelpText(
      'after',
      examples([
        ['anneal queue slots', 'as it is set'],
        ['anneal queue slots --processor 2', 'two small networks at once'],
      ]),
    )
  slots.action(async () => {
    const { processor, graphics, ...options } = readOptions(slots, slotOptions)
    await withStored(cli, options, async ({ store: { read, write } }) => {
      const before = read.slots()
      if (processor !== undefined || graphics !== undefined)
        write.putSlots({
          processor: processor ?? before.processor,
          graphics: graphics ?? before.graphics,
        })
      const now = slotSettings.parse(read.slots())
      if (options.json) return printJson(cli, now)
      cli.terminal.err(
        `At once: ${plural(now.processor, 'run')} on the processor, ${now.graphics} on a graphics device.\n`,
      )
    })
  })
}

async function printQueue(cli: Cli, core: Core, json: boolean): Promise<void> {
  const waiting = core.store.read.queue()
  if (json) return printJson(cli, { queue: waiting.map(runListReport) })
  if (waiting.length > 0) return cli.terminal.out(queueTable(core, waiting, cli.terminal.columns))
  cli.terminal.err(`No run waits. Add one with: ${typed(cli, 'train --spec <file> --queue')}\n`)
}
