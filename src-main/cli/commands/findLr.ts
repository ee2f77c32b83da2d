import type { Command } from 'commander'
import { z } from 'zod'
import { parseOrExplain, UserError } from '../../../shared/errors.ts'
import { type RateTestSettings, rateRamp, rateTestSettings } from '../../../shared/run/rateTest.ts'
import type { Core } from '../../core.ts'
import { drawRateTest } from '../../export/svg/rateTestPlot.ts'
import { planRun } from '../../runs/plannedRun.ts'
import { type RateTestRequest, testSpec } from '../../runs/rateTests.ts'
import { viewRateTest } from '../../runs/rateTestView.ts'
import type { RunRecord } from '../../store/types.ts'
import { attendPlaced } from '../attendPlaced.ts'
import { attendRun } from '../attendRun.ts'
import {
  addStore,
  type Cli,
  printJson,
  readOptions,
  storeOptions,
  typed,
  wholeNumber,
  withCore,
  withStored,
} from '../context.ts'
import { readJsonFile, refuseUnwritable, writeFileWhole } from '../files.ts'
import { examples } from '../help.ts'
import { splitWeights } from '../initialWeights.ts'
import { onFlag, placementNamed } from '../placeText.ts'
import { describeRateTest } from '../rateTestText.ts'
import { rateTestReport } from '../reports.ts'

const decimal = z
  .string()
  .regex(/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i, 'must be a number')
  .transform(Number)

const options = z.object({
  ...storeOptions,
  spec: z.string(),
  ramp: rateRamp.optional(),
  from: decimal.optional(),
  to: decimal.optional(),
  steps: decimal.optional(),
  epochs: decimal.refine((epochs) => epochs > 0, 'must be above 0').optional(),
  smoothing: decimal.optional(),
  stopAt: z.union([z.literal('never').transform(() => null), decimal]).optional(),
  snapshot: wholeNumber(1).optional(),
  on: z.string().optional(),
  svg: z.string().min(1, 'must name a file').optional(),
  force: z.boolean().default(false),
})
type Options = z.infer<typeof options>

const doing = 'reading the options of "find-lr"'

export function addFindLr(program: Command, cli: Cli): void {
  const command = addStore(program.command('find-lr'))
    .summary('find a learning rate: a range test')
    .description(
      'Train a few steps while the rate rises from very low to very high, and say where the loss falls and where it bursts. The test is kept as a run of its own kind; a snapshot it starts on stays as it is.',
    )
    .requiredOption('--spec <file>', 'JSON file with the run; its schedule and budget do not matter')
    .option('--from <rate>', 'the rate of the first step (default: 1e-7)')
    .option('--to <rate>', 'the rate of the last step (default: 10)')
    .option('--steps <n>', 'steps from the one to the other (default: 100)')
    .option('--epochs <n>', 'the same in epochs of the data')
    .option('--ramp <form>', 'exponential, as fastai does, or linear, as Smith does (default: exponential)')
    .option('--smoothing <weight>', 'weight of the past in the smoothed loss, from 0 up to 1 (default: 0.98)')
    .option('--stop-at <times>', 'stop above so many times the least smoothed loss, or "never" (default: 4)')
    .option('--snapshot <id>', 'start with this stored model instead of fresh weights')
    .option(...onFlag)
    .option('--svg <file>', 'write a picture of it as well')
    .option('--force', 'replace the picture if it is there')
    .addHelpText(
      'after',
      examples([
        ['anneal find-lr --spec run.json', 'a hundred steps, and four suggestions'],
        [
          'anneal find-lr --spec run.json --ramp linear --from 0.001 --to 1 --epochs 4 --stop-at never',
          "Smith's test, whose accuracy bounds a cyclical schedule",
        ],
        ['anneal find-lr --spec run.json --snapshot 12 --svg rates.svg', 'where to go on from a model'],
      ]),
    )
  command.action(async () => {
    const chosen = readOptions(command, options)
    if (chosen.steps !== undefined && chosen.epochs !== undefined) {
      throw new UserError(
        `While ${doing}: give one of --steps and --epochs, not both (received ${chosen.steps} and ${chosen.epochs}).`,
      )
    }
    const file = readJsonFile(chosen.spec, 'reading the run spec')
    const { spec: content, source } = splitWeights(file, { initialWeightsPartly: false }, 'find-lr')
    if (source !== undefined && chosen.snapshot !== undefined) {
      throw new UserError(
        `While ${doing}: the file says "initialWeights", and --snapshot ${chosen.snapshot} is another model to start with; leave one of the two out.`,
      )
    }
    // Before a database is made for it.
    testSpec(content, settingsOf(chosen, chosen.steps))
    if (chosen.svg !== undefined) refuseUnwritable(chosen.svg, chosen.force)
    const use = (core: Core): Promise<void> =>
      testAndReport(cli, core, chosen, { spec: content, weights: source })
    await (chosen.snapshot === undefined ? withCore(cli, chosen, use) : withStored(cli, chosen, use))
  })
}

/** @throws UserError naming the option, the rule and the value */
function settingsOf(
  { ramp, from, to, smoothing, stopAt }: Options,
  steps: number | undefined,
): RateTestSettings {
  const given = Object.entries({ ramp, from, to, steps, smoothing, stopAt })
  return parseOrExplain(
    rateTestSettings,
    Object.fromEntries(given.filter(([, value]) => value !== undefined)),
    doing,
  )
}

async function testAndReport(
  cli: Cli,
  core: Core,
  chosen: Options,
  begun: Pick<RateTestRequest, 'spec' | 'weights'>,
): Promise<void> {
  const settings = settingsOf(chosen, await stepsOf(core, chosen, begun.spec))
  const request = { ...begun, settings, snapshotId: chosen.snapshot }
  const placement = placementNamed(core.store, chosen.on)
  const begin = () => core.runs.launchRateTest(request)
  const { run, exitCode } =
    placement === undefined
      ? await attendRun(cli, core, begin, undefined, false)
      : await attendPlaced(cli, core, await core.runs.enqueueRateTest(request, placement))
  cli.setExitCode(exitCode)
  await report(cli, core, run, chosen)
}

/** @throws UserError for a data set that is not there */
async function stepsOf(core: Core, chosen: Options, spec: unknown): Promise<number | undefined> {
  if (chosen.epochs === undefined) return chosen.steps
  const { plan } = await planRun(testSpec(spec, settingsOf(chosen, undefined)), core.catalogue)
  return Math.max(1, Math.round(chosen.epochs * plan.stepsPerEpoch))
}

async function report(cli: Cli, core: Core, run: RunRecord, { json, svg, force }: Options): Promise<void> {
  const view = viewRateTest(core.store.read, run)
  const draw = async (): Promise<void> => {
    if (svg !== undefined) await writeFileWhole(svg, [drawRateTest(run.name, view)], force)
  }
  if (json) {
    await draw()
    return printJson(cli, { ...rateTestReport(run, view), ...(svg !== undefined && { plot: svg }) })
  }
  // The result first: a picture that cannot be written must not cost it.
  await cli.terminal.out(describeRateTest(run, view, cli.terminal.columns))
  await draw()
  if (svg !== undefined) cli.terminal.err(`Wrote ${svg}.\n`)
  if (run.status === 'failed')
    cli.terminal.err(`Run ${run.id} failed: ${run.reason ?? 'no reason is known.'}\n`)
  else if (run.status === 'interrupted')
    cli.terminal.err(`Begin it anew with: ${typed(cli, `resume ${run.id}`)}\n`)
  else cli.terminal.err(`See it again with: ${typed(cli, `runs show ${run.id}`)}\n`)
}
