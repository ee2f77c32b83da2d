import type { Command } from 'commander'
import { z } from 'zod'
import { show, UserError } from '../../../shared/errors.ts'
import { exportEnsembleOnnx } from '../../export/snapshot.ts'
import { addStore, type Cli, printJson, readOptions, storeOptions, typed, withStored } from '../context.ts'
import { describeEnsembles } from '../ensembleText.ts'
import { writeFileWhole } from '../files.ts'
import { findEnsemble } from '../findEnsemble.ts'
import { findRun } from '../findRun.ts'
import { plural } from '../format.ts'
import { examples } from '../help.ts'
import { ensembleListReport } from '../reports.ts'

const exportOptions = z.object({
  ...storeOptions,
  format: z.enum(['onnx']),
  out: z.string().min(1),
  force: z.boolean().default(false),
})

const listOptions = z.object({ ...storeOptions, run: z.string().min(1, 'must name a run').optional() })

export function addEnsembles(program: Command, cli: Cli): void {
  const ensembles = program
    .command('ensembles')
    .helpCommand(false)
    .summary('ensembles kept with "ensemble --save": list, export')
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
  addExport(ensembles, cli)
}

function addExport(ensembles: Command, cli: Cli): void {
  const command = addStore(ensembles.command('export'))
    .description(
      'Write an ensemble as one ONNX file with all of its members, how they are combined, and the normalisation of each. It takes examples as the data set keeps them.',
    )
    .argument('<ensemble>', 'its name or number, from "ensembles list"')
    .requiredOption('--format <format>', 'onnx')
    .requiredOption('--out <file>', 'where to')
    .option('--force', 'replace what is there')
    .addHelpText(
      'after',
      examples([['anneal ensembles export best --format onnx --out best.onnx', 'for ONNX Runtime']]),
    )
  command.action(async (given: string) => {
    const options = readOptions(command, exportOptions)
    await withStored(cli, options, async ({ store }) => {
      const { id, name, method, members } = findEnsemble(store.read, given)
      if (method === 'weightAverage') {
        throw new UserError(
          `While writing ensemble ${show(name)}: it is one model of averaged weights, of which only the scores are kept; export an ensemble of predictions, or one of its snapshots.`,
        )
      }
      const bytes = exportEnsembleOnnx(
        store,
        method,
        members.map(({ snapshotId, weight }) => ({ snapshot: store.read.snapshot(snapshotId), weight })),
      )
      const written = await writeFileWhole(options.out, [bytes], options.force)
      if (options.json) return printJson(cli, { ensembleId: id, format: options.format, files: [written] })
      cli.terminal.err(`Wrote ${written.file} (${plural(written.bytes, 'byte')}).\n`)
    })
  })
}
