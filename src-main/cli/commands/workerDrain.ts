import type { Command } from 'commander'
import { type Drained, drainOverStreams } from '../../agent/drainOverStreams.ts'
import { pushedWords } from '../../agent/training.ts'
import { readWorkerFile } from '../../agent/workerFile.ts'
import { TurnedAway } from '../../workerLink/desk.ts'
import type { Cli } from '../context.ts'
import { examples } from '../help.ts'

/** @param folderOf the folder of the worker that the options name  @throws UserError when none is said */
export function addWorkerDrain(worker: Command, cli: Cli, folderOf: (folder: unknown) => string): void {
  const drain = worker
    .command('drain')
    .description(
      'Bring home what is kept here of attempts, over the standard streams: for "anneal workers fetch", which runs this over SSH. The agent must not run.',
    )
    .option('--folder <folder>', 'folder of the worker (default: ANNEAL_WORKER_FOLDER)')
    .addHelpText(
      'after',
      examples([['anneal worker drain --folder DIR', 'as "anneal workers fetch" runs it']]),
    )
  drain.action(async () => {
    const folder = folderOf(drain.opts().folder ?? worker.opts().folder)
    const file = readWorkerFile(folder)
    const { stdin: input, stdout: output } = process
    // Of a host that is gone the requests say so.
    output.on('error', () => undefined)
    try {
      const drained = await drainOverStreams({ folder, file, input, output })
      cli.terminal.err(`${drained.map(wordsOf).join('\n') || 'Nothing waits there for the host.'}\n`)
      if (drained.some(({ outcome }) => outcome.type !== 'done' && outcome.type !== 'fenced'))
        cli.setExitCode(1)
    } catch (error) {
      if (!(error instanceof TurnedAway)) throw error
      cli.terminal.err(`${error.message}\n`)
      cli.setExitCode(1)
    } finally {
      // Else this would wait for the host to end the connection, and the host for this to end.
      input.destroy()
    }
  })
}

function wordsOf({ key, outcome }: Drained): string {
  const words =
    outcome.type === 'inUse' ? 'another process works on it, and is left to that' : pushedWords(outcome)
  return `Run ${key.runId}, attempt ${key.attempt}: ${words}.`
}
