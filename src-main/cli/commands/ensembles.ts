import type { Command } from 'commander'
import { z } from 'zod'
import { addStore, type Cli, printJson, readOptions, storeOptions, typed, withStored } from '../context.ts'
import { describeEnsembles } from '../ensembleText.ts'
import { findRun } from '../findRun.ts'
import { examples } from '../help.ts'
import { ensembleListReport } from '../reports.ts'

const listOptions = z.object({ ...storeOptions, run: z.string().min(1, 'must name a run').optional() })

export function addEnsembles(program: Command, cli: Cli): void {
  const ensembles = program
    .command('ensembles')
    .helpCommand(false)
    .summary('ensembles kept with "ensemble --save": list')
    .description('Ensembles kept with "ensemble --save".')
  const list = addStore(ensembles.command('list'))
    .description('List the ensembles that were kept, newest first.')
    .option('--run <run>', 'only those of this run: its name, or its id or a beginning of it')
    .addHelpText('after', examples([['anneal ensembles list --run mwt', 'what was kept of one run']]))
  list.action(async () => {
    const { run, ...options } = readOptions(list, listOptions)
    await withStored(cli, options, async ({ store: { read } }) => {
      const kept = read.ensembles(run === undefined ? undefined : findRun(read, run).id)
      const found = kept.map((ensemble) => ensembleListReport(read, ensemble))
      if (options.json) return printJson(cli, { ensembles: found })
      if (found.length > 0) return cli.terminal.out(describeEnsembles(found, cli.terminal.columns))
      cli.terminal.err(
        `No ensembles were kept${run === undefined ? '' : ' of this run'} yet. Keep one with: ${typed(cli, `ensemble --run ${run ?? '<run>'} --save <name>`)}\n`,
      )
    })
  })
}
