import type { Command } from 'commander'
import type { Cli } from '../context.ts'
import { addImportPredictions } from './importPredictions.ts'

/** What other programs made: each kind is a command of its own. */
export function addImport(program: Command, cli: Cli): void {
  const command = program
    .command('import')
    .helpCommand(false)
    .summary('what other programs made: predictions')
    .description('Bring in what other programs made, as runs that were trained elsewhere.')
  addImportPredictions(command, cli)
}
