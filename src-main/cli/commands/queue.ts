import type { Command } from 'commander'
import { z } from 'zod'
import { queueMoves } from '../../../shared/api/runs.ts'
import type { Core } from '../../core.ts'
import {
  addRunCommand,
  addStore,
  type Cli,
  printJson,
  readOptions,
  storeOptions,
  typed,
  withRun,
  withStored,
} from '../context.ts'
import { examples } from '../help.ts'
import { runListReport } from '../reports.ts'
import { queueTable } from '../runText.ts'

const listOptions = z.object(storeOptions)
const moveOptions = z.object({
  ...storeOptions,
  to: z.enum(queueMoves),
})

export function addQueue(program: Command, cli: Cli): void {
  const queue = program
    .command('queue')
    .helpCommand(false)
    .summary('runs that wait for their turn: list, move')
    .description('Runs that wait for their turn: "train --queue" adds one, the open app starts them.')
  addList(queue, cli)
  addMove(queue, cli)
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

async function printQueue(cli: Cli, { store: { read } }: Core, json: boolean): Promise<void> {
  const waiting = read.queue()
  if (json) return printJson(cli, { queue: waiting.map(runListReport) })
  if (waiting.length > 0) return cli.terminal.out(queueTable(waiting, cli.terminal.columns))
  cli.terminal.err(`No run waits. Add one with: ${typed(cli, 'train --spec <file> --queue')}\n`)
}
