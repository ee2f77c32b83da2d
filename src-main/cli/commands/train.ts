import type { Command } from 'commander'
import { z } from 'zod'
import { UserError } from '../../../shared/errors.ts'
import { parseRunSpec } from '../../../shared/run/spec.ts'
import { type Extension, maxSteps } from '../../../shared/schedule/index.ts'
import type { Core } from '../../core.ts'
import type { ActiveRun } from '../../runs/activeRun.ts'
import type { RunRecord } from '../../store/types.ts'
import { attendPlaced, offered } from '../attendPlaced.ts'
import { attendRun } from '../attendRun.ts'
import {
  addRunCommand,
  addStore,
  type Cli,
  printJson,
  readOptions,
  storeOptions,
  typed,
  wholeNumber,
  withCore,
  withRun,
} from '../context.ts'
import type { ExitCode } from '../exitCode.ts'
import { readJsonFile } from '../files.ts'
import { examples } from '../help.ts'
import { splitWeights } from '../initialWeights.ts'
import { onFlag, placementNamed } from '../placeText.ts'
import { runReport } from '../reports.ts'
import { describeRun } from '../runText.ts'
import { suggestWholeCycles } from '../wholeCycles.ts'

const trainOptions = z.object({
  ...storeOptions,
  spec: z.string(),
  initialWeights: z.string().min(1).optional(),
  initialWeightsPartly: z.boolean().default(false),
  on: z.string().optional(),
  queue: z.boolean().default(false),
})
const resumeOptions = z.object(storeOptions)
const extendOptions = z.object({
  ...storeOptions,
  cycles: wholeNumber(1, 1e6).optional(),
  epochs: z
    .string()
    .regex(/^\d{1,9}(\.\d+)?$/, 'must be a number of epochs')
    .transform(Number)
    .refine((epochs) => epochs > 0, 'must be above 0')
    .optional(),
  steps: wholeNumber(1, maxSteps).optional(),
})

/** `train`, `resume` and `extend`: the commands that train in this process. */
export function addTraining(program: Command, cli: Cli): void {
  const train = addStore(program.command('train'))
    .summary('train a run')
    .description('Train the run a JSON file describes, and keep its metrics and snapshots in the database.')
    .requiredOption('--spec <file>', 'JSON file with the run: at least "schedule" and "budget"')
    .option('--initial-weights <file|snapshot>', 'begin with a safetensors file, or a snapshot by its number')
    .option('--initial-weights-partly', 'take the tensors that fit; the others stay random')
    .option(...onFlag)
    .option('--queue', 'leave it to the open app ("anneal serve"), which starts it when nothing trains')
    .addHelpText(
      'after',
      examples([
        ['anneal train --spec run.json', 'train it; Ctrl+C stops it with a checkpoint'],
        [
          'anneal train --spec run.json --initial-weights model.safetensors',
          'begin with the weights of a file',
        ],
        ['anneal train --spec run.json --on any', 'on whichever worker is free; Ctrl+C leaves it training'],
        ['anneal train --spec run.json --db lab.db --json > result.json', 'in a database of its own'],
      ]),
    )
  train.action(async () => {
    const { spec, initialWeights, initialWeightsPartly, on, queue, ...rest } = readOptions(
      train,
      trainOptions,
    )
    const file = readJsonFile(spec, 'reading the run spec')
    const { spec: content, source } = splitWeights(file, { initialWeights, initialWeightsPartly }, 'train')
    const from = source && { kind: 'weights' as const, ...source }
    // Before a database is made for it.
    parseRunSpec(content)
    await withCore(cli, rest, (core) => {
      const placement = placementNamed(core.store, on)
      if (queue)
        return queueAndReport(cli, core, rest.json, () => core.runs.enqueue(content, from, placement))
      return placement === undefined
        ? trainAndReport(cli, core, rest.json, () => core.runs.launch(content, from), hintAtBudget)
        : trainElsewhere(cli, core, rest.json, () => core.runs.enqueue(content, from, placement))
    })
  })

  const resume = addRunCommand(program, 'resume')
    .summary('go on with a stopped or interrupted run')
    .description('Go on from the last checkpoint of a run, to the same weights as if it had never stopped.')
    .addHelpText(
      'after',
      examples([['anneal resume mwt', 'go on with the run of this name, or whose id begins so']]),
    )
  resume.action(async (id: string) => {
    const options = readOptions(resume, resumeOptions)
    await withRun(cli, options, id, (core, run) =>
      run.place === null
        ? trainAndReport(cli, core, options.json, () => core.runs.resume(run.id))
        : trainElsewhere(cli, core, options.json, () => goOnElsewhere(core, run)),
    )
  })

  const extend = addRunCommand(program, 'extend')
    .summary('train a run for more cycles, epochs or steps')
    .description(
      'Go on with a run under the same schedule: to the end of more cycles, or for more epochs or steps where the schedule has no cycles and nothing in it depends on the budget (constant, step, plateau and their like).',
    )
    .option('--cycles <n>', 'cycles to add (default: 1)')
    .option('--epochs <n>', 'epochs to add instead')
    .option('--steps <n>', 'steps to add instead')
    .addHelpText(
      'after',
      examples([
        ['anneal extend mwt --cycles 2', 'two more cycles, two more snapshots'],
        ['anneal extend mwt --epochs 10', 'ten more epochs at the rates the schedule goes on with'],
      ]),
    )
  extend.action(async (id: string) => {
    const { cycles, epochs, steps, ...rest } = readOptions(extend, extendOptions)
    const by = extensionOf({ cycles, epochs, steps })
    await withRun(cli, rest, id, (core, run) =>
      run.place === null
        ? trainAndReport(cli, core, rest.json, () => core.runs.extend(run.id, by))
        : trainElsewhere(cli, core, rest.json, () => goOnElsewhere(core, run, by)),
    )
  })
}

/** @throws UserError where more than one is given */
function extensionOf(given: {
  readonly cycles: number | undefined
  readonly epochs: number | undefined
  readonly steps: number | undefined
}): Extension {
  const { cycles, epochs, steps } = given
  const named = Object.entries(given).filter(([, amount]) => amount !== undefined)
  if (named.length > 1) {
    throw new UserError(
      `While extending the run: give one of --cycles, --epochs and --steps (received ${named.map(([name]) => `--${name}`).join(' and ')}).`,
    )
  }
  if (epochs !== undefined) return { epochs }
  return steps === undefined ? { cycles: cycles ?? 1 } : { steps }
}

export async function queueAndReport(
  cli: Cli,
  core: Core,
  json: boolean,
  enqueue: () => Promise<RunRecord>,
): Promise<void> {
  const run = await enqueue()
  if (json) return printJson(cli, runReport(core, run))
  await cli.terminal.out(describeRun(core, run, cli.terminal.columns))
  cli.terminal.err(
    run.place === null
      ? `Run ${run.id} starts when nothing else trains, while the app is open: ${typed(cli, 'serve')}\n`
      : offered(cli, run),
  )
}

/** Shows a run of another machine to its end. @param queue stores it to wait */
export async function trainElsewhere(
  cli: Cli,
  core: Core,
  json: boolean,
  queue: () => Promise<RunRecord>,
): Promise<void> {
  const queued = await queue()
  const { run, exitCode } = await attendPlaced(cli, core, queued)
  await reportEnd(cli, core, json, run, exitCode)
}

async function goOnElsewhere(core: Core, run: RunRecord, by?: Extension): Promise<RunRecord> {
  await core.runs.goOn(run.id, by)
  return core.store.read.run(run.id)
}

export async function trainAndReport(
  cli: Cli,
  core: Core,
  json: boolean,
  begin: () => Promise<ActiveRun>,
  hint?: (run: RunRecord) => string,
): Promise<void> {
  const { run, exitCode } = await attendRun(cli, core, begin, hint)
  await reportEnd(cli, core, json, run, exitCode)
}

async function reportEnd(
  cli: Cli,
  core: Core,
  json: boolean,
  run: RunRecord,
  exitCode: ExitCode,
): Promise<void> {
  cli.setExitCode(exitCode)
  if (json) return printJson(cli, runReport(core, run))
  await cli.terminal.out(describeRun(core, run, cli.terminal.columns))
  cli.terminal.err(nextStep(cli, run))
}

function hintAtBudget({ spec, planned }: RunRecord): string {
  return suggestWholeCycles(spec.schedule, planned.plan)
}

function nextStep(cli: Cli, run: RunRecord): string {
  switch (run.status) {
    case 'completed':
      if (run.kind === 'rateTest') return ''
      return `Next: ${typed(cli, `ensemble --run ${run.id}`)}\n`
    case 'stopped':
    case 'interrupted':
      return `Go on with: ${typed(cli, `resume ${run.id}`)}\n`
    case 'failed':
      return `Run ${run.id} failed: ${run.reason ?? 'no reason is known.'}\n`
    default:
      return ''
  }
}
