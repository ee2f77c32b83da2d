import { Command } from 'commander'
import { addBench } from './commands/bench.ts'
import { addBranch } from './commands/branch.ts'
import { addCompletion } from './commands/completion.ts'
import { addControlCommands } from './commands/control.ts'
import { addDatasets } from './commands/datasets.ts'
import { addDemo } from './commands/demo.ts'
import { addDevices } from './commands/devices.ts'
import { addEnsemble } from './commands/ensemble.ts'
import { addEnsembles } from './commands/ensembles.ts'
import { addFindLr } from './commands/findLr.ts'
import { addImport } from './commands/importRuns.ts'
import { addLine } from './commands/line.ts'
import { addMistakes } from './commands/mistakes.ts'
import { addPredict } from './commands/predict.ts'
import { addQueue } from './commands/queue.ts'
import { addRuns } from './commands/runs.ts'
import { addSchedule } from './commands/schedule.ts'
import { addServe } from './commands/serve.ts'
import { addSlurm } from './commands/slurm.ts'
import { addSnapshots } from './commands/snapshots.ts'
import { addSql } from './commands/sql.ts'
import { addStudies } from './commands/studies.ts'
import { addStudy } from './commands/study.ts'
import { addTensorflow } from './commands/tensorflow.ts'
import { addTraining } from './commands/train.ts'
import { addWorker } from './commands/worker.ts'
import { addWorkers } from './commands/workers.ts'
import type { Cli } from './context.ts'
import { examples } from './help.ts'

/** Every command of `anneal`, in the order of its help. */
export function buildProgram(cli: Cli): Command {
  const { terminal } = cli
  const program = new Command('anneal')
    .description(
      'Train neural networks on this machine, watch the learning rate, and ensemble the snapshots.',
    )
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.out(text).catch(() => undefined),
      // `invoke` prints errors, as one sentence each.
      writeErr: () => undefined,
      outputError: () => undefined,
      getOutHelpWidth: () => terminal.columns,
      getErrHelpWidth: () => terminal.columns,
    })
    .addHelpText(
      'after',
      examples([
        ['anneal demo', 'train on the shipped images, build the ensemble, say what it gained'],
        [
          'anneal schedule --preset sgdr-10-2 --steps 700 --steps-per-epoch 10 --format svg --out sgdr.svg',
          'look at a schedule',
        ],
        ['anneal train --spec run.json', 'train a run of your own'],
        [
          'anneal ensemble --run mwt',
          'combine its snapshots (a name of a run, or any clear beginning of its id)',
        ],
      ]),
    )
  addDemo(program, cli)
  addServe(program, cli)
  addSchedule(program, cli)
  addFindLr(program, cli)
  addTraining(program, cli)
  addBranch(program, cli)
  addControlCommands(program, cli)
  addStudy(program, cli)
  addStudies(program, cli)
  addQueue(program, cli)
  addSlurm(program, cli)
  addImport(program, cli)
  addRuns(program, cli)
  addSnapshots(program, cli)
  addEnsemble(program, cli)
  addEnsembles(program, cli)
  addLine(program, cli)
  addPredict(program, cli)
  addMistakes(program, cli)
  addDatasets(program, cli)
  addSql(program, cli)
  addBench(program, cli)
  addDevices(program, cli)
  addTensorflow(program, cli)
  addWorkers(program, cli)
  addWorker(program, cli)
  addCompletion(program, cli)
  return program
}
