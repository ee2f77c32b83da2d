import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { z } from 'zod'
import type { Core } from '../../core.ts'
import { drawRun } from '../../export/svg/runPlot.ts'
import type { RunRecord } from '../../store/types.ts'
import { attendRun } from '../attendRun.ts'
import { addStore, type Cli, printJson, readOptions, storeOptions, typed, withCore } from '../context.ts'
import { describeEnsemble } from '../ensembleText.ts'
import { readJsonFile, refuseUnwritable, writeFileWhole } from '../files.ts'
import { duration } from '../format.ts'
import { examples } from '../help.ts'
import { ensembleReport, runReport } from '../reports.ts'
import { describeRun } from '../runText.ts'

const options = z.object({
  ...storeOptions,
  out: z.string().min(1).optional(),
  force: z.boolean().default(false),
})
type Options = z.infer<typeof options>

const specFile = fileURLToPath(new URL('../../../resources/demo.json', import.meta.url))

export function addDemo(program: Command, cli: Cli): void {
  const command = addStore(program.command('demo'))
    .summary('train on the shipped images and build the ensemble')
    .description(
      'Train a small network on the shipped images with warm restarts, keep the model of every cycle, and show what their ensemble gains over the best of them.',
    )
    .option('--out <file>', 'where the picture of the run goes (default: demo-<run>.svg beside the database)')
    .option('--force', 'replace the picture if it is there')
    .addHelpText('after', examples([['anneal demo', 'half a minute on two cores']]))
  command.action(async () => {
    const chosen = readOptions(command, options)
    if (chosen.out !== undefined) refuseUnwritable(chosen.out, chosen.force)
    await withCore(cli, chosen, (core) => demonstrate(cli, core, chosen))
  })
}

async function demonstrate(cli: Cli, core: Core, chosen: Options): Promise<void> {
  const spec = readJsonFile(specFile, 'reading the run of the demo')
  const { run, exitCode } = await attendRun(cli, core, () => core.runs.launch(spec))
  cli.setExitCode(exitCode)
  if (run.status !== 'completed') {
    if (chosen.json) return printJson(cli, runReport(core, run))
    await cli.terminal.out(describeRun(core, run, cli.terminal.columns))
    cli.terminal.err(`The demo did not finish; go on with: ${typed(cli, `resume ${run.id}`)}\n`)
    return
  }
  const result = core.ensembles.evaluate({ runId: run.id })
  const saved = core.ensembles.save(`${run.name}, all snapshots`, result)
  const plot = chosen.out ?? path.join(path.dirname(core.store.path), `demo-${run.id}.svg`)
  const draw = () => writeFileWhole(plot, [drawRun(core.store.read, run)], chosen.force)
  if (chosen.json) {
    await draw()
    const ensemble = { ensembleId: saved.id, ...ensembleReport(result) }
    return printJson(cli, { ...runReport(core, run), ensemble, plot })
  }
  // The result first: a picture that cannot be written must not cost it.
  await cli.terminal.out(`\n${describeEnsemble(result, cli.terminal.columns)}\n`)
  await draw()
  await cli.terminal.out(whereToLook(cli, core, run, plot))
}

function whereToLook(cli: Cli, core: Core, run: RunRecord, plot: string): string {
  const seconds = ((run.endedAt ?? 0) - (run.startedAt ?? 0)) / 1000
  return [
    `Trained in ${duration(seconds)}. Learning rate, momentum and accuracy on one axis: ${plot}`,
    `Everything is in ${core.store.path}`,
    'Next:',
    `  ${typed(cli, `runs show ${run.id}`)}`,
    `  ${typed(cli, `extend ${run.id} --cycles 1`)}       one more cycle, one more snapshot`,
    `  ${typed(cli, `ensemble --run ${run.id} --method weighted`)}`,
    `  ${typed(cli, `runs export ${run.id} --format tensorboard --out logs`)}`,
    '',
  ].join('\n')
}
