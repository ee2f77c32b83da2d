import type { Command } from 'commander'
import { z } from 'zod'
import { UserError } from '../../../shared/errors.ts'
import { pytorchRecipe } from '../../../shared/run/pytorchRecipe.ts'
import type { RunSpec } from '../../../shared/run/spec.ts'
import {
  type CompiledSchedule,
  compileSchedule,
  type ExportTarget,
  exportSchedule,
  exportTargets,
  maxSteps,
  presets,
  type ScriptArguments,
  scheduleCsv,
  scheduleFamilies,
  scriptArguments,
} from '../../../shared/schedule/index.ts'
import { drawSchedule } from '../../export/svg/schedulePlot.ts'
import { addJson, type Cli, jsonOption, printJson, readOptions, wholeNumber } from '../context.ts'
import { type Chunk, writeFileWhole } from '../files.ts'
import { whole } from '../format.ts'
import { examples } from '../help.ts'
import { mostRows, refuseManyRows } from '../manyRows.ts'
import { writeWithTest } from '../scheduleCode.ts'
import { scheduleJson } from '../scheduleJson.ts'
import { familyNamed, kindJson, kindsText, kindText } from '../scheduleKinds.ts'
import { planSchedule } from '../scheduleSource.ts'
import { table } from '../table.ts'
import { suggestWholeCycles } from '../wholeCycles.ts'

const number = z
  .string()
  .regex(/^\d*\.?\d+(e[+-]?\d+)?$/i, 'must be a number of at least 0')
  .transform(Number)

const options = z.object({
  ...jsonOption,
  spec: z.string().optional(),
  preset: z.string().optional(),
  fromPytorch: z.string().optional(),
  lr: number.optional(),
  momentum: number.optional(),
  stepped: z.enum(['step', 'epoch']).default('step'),
  listPresets: z.boolean().default(false),
  kinds: z.boolean().default(false),
  kind: z.string().optional(),
  steps: wholeNumber(1, maxSteps).optional(),
  stepsPerEpoch: wholeNumber(1, maxSteps).optional(),
  every: wholeNumber(1, maxSteps).default(1),
  all: z.boolean().default(false),
  format: z.enum(['csv', 'json', 'svg', 'spec', 'arguments']).optional(),
  code: z.enum(exportTargets).optional(),
  withTest: z.boolean().default(false),
  recipe: z.boolean().default(false),
  out: z.string().min(1).optional(),
  force: z.boolean().default(false),
})
type Options = z.infer<typeof options>

export function addSchedule(program: Command, cli: Cli): void {
  const command = addJson(program.command('schedule'))
    .summary('print learning rate and momentum step by step')
    .description(
      'Print the learning rate and momentum a schedule gives at every step (counted from 0), as CSV, JSON, a picture or source code.',
    )
    .option('--spec <file>', 'JSON file with a schedule, or with a run whose schedule is meant')
    .option('--preset <id>', 'a schedule that comes with Anneal')
    .option('--from-pytorch <text>', "Python that makes a scheduler of PyTorch's; it is read, never run")
    .option('--lr <rate>', "with --from-pytorch: the optimizer's rate, where the text does not make one")
    .option('--momentum <value>', "with --from-pytorch: the optimizer's momentum")
    .option(
      '--stepped <when>',
      'with --from-pytorch: when scheduler.step() is called, step or epoch (default: step)',
    )
    .option('--list-presets', 'list the schedules that come with Anneal and where they are from')
    .option('--kinds', 'list the kinds of schedule that a spec may have')
    .option('--kind <name>', 'say what each field of a kind does')
    .option('--steps <n>', "steps to plan (default: a run's budget)")
    .option(
      '--steps-per-epoch <k>',
      "steps in one epoch, for durations given in epochs (default: those of a run's data set, else 1)",
    )
    .option('--every <n>', 'csv, json: only every n-th step, from step 0 on (default: 1)')
    .option('--all', `csv, json: print them all, also where they are more than ${whole(mostRows)}`)
    .option(
      '--format <format>',
      'csv, json, svg, spec for the schedule itself, or arguments for those of well-known training scripts (default: csv; json with --json)',
    )
    .option(
      '--code <library>',
      'source of the schedule instead: Python for pytorch, keras or optax, TypeScript for tfjs',
    )
    .option(
      '--with-test',
      'with --code and --out: also the values as CSV, and a test of the code against them',
    )
    .option(
      '--recipe',
      "with --code pytorch and a run's --spec: also its optimizer, loss, clipping and moving average",
    )
    .option('--out <file>', 'write to a file instead of standard output')
    .option('--force', 'replace the file if it is there')
    .addHelpText(
      'after',
      examples([
        ['anneal schedule --spec run.json', 'one line for every step the run would train'],
        [
          'anneal schedule --preset sgdr-10-2 --steps 700 --steps-per-epoch 10 --format svg --out sgdr.svg',
          'a picture',
        ],
        [
          'anneal schedule --preset rex --steps 700 --steps-per-epoch 10 --code pytorch --out rex.py',
          'the same rates in a PyTorch script',
        ],
        [
          'anneal schedule --preset rex --steps 700 --code tfjs --with-test --out rex.ts',
          'rex.ts, rex.values.csv, and rex.test.ts for node --test',
        ],
        [
          `anneal schedule --from-pytorch 'StepLR(optimizer, step_size=30)' --lr 0.1 --steps 90 --format spec`,
          'the same schedule as JSON',
        ],
        ['anneal schedule --list-presets', 'what there is'],
        ['anneal schedule --kind sgdr', 'its fields, with defaults and choices'],
      ]),
    )
  command.action(async () => {
    const chosen = readOptions(command, options)
    if (chosen.listPresets) return listPresets(cli, chosen.json)
    if (chosen.kinds || chosen.kind !== undefined) return tellKinds(cli, chosen)
    await printSchedule(cli, chosen)
  })
}

async function printSchedule(cli: Cli, chosen: Options): Promise<void> {
  const { json, out, force } = chosen
  if (chosen.code !== undefined && chosen.format !== undefined) {
    throw new UserError(
      `While printing the schedule: give either --code or --format, not both (received ${chosen.code} and ${chosen.format}).`,
    )
  }
  if (chosen.withTest && (chosen.code === undefined || out === undefined)) {
    throw new UserError(
      'While printing the schedule: --with-test writes a test beside the code; give --code LIBRARY and --out FILE too.',
    )
  }
  const format = chosen.code ?? chosen.format ?? (json ? 'json' : 'csv')
  if (json && format !== 'json' && format !== 'spec' && out === undefined) {
    throw new UserError(
      `While printing the schedule: --json prints JSON, but the format is ${format}; add --out for the ${format} file.`,
    )
  }
  const { name, spec, plan, hint, run } = await planSchedule(cli, chosen)
  const recipe = recipeOf(chosen, run)
  if (format === 'csv' || format === 'json')
    refuseManyRows(Math.ceil(plan.totalSteps / chosen.every), chosen.all, 'printing the schedule')
  const schedule = compileSchedule(spec, plan)
  const chunks = isCode(format)
    ? [exportSchedule(spec, plan, format), recipe]
    : format === 'spec'
      ? [`${JSON.stringify(spec, null, 2)}\n`]
      : format === 'arguments'
        ? scriptArguments(spec, plan).map(argumentsLine)
        : render(schedule, format, plan.stepsPerEpoch, name, chosen.every)
  if (isCode(format) && chosen.withTest && out !== undefined) {
    return writeWithTest(
      cli,
      { ...chosen, code: format, out },
      { spec, plan, hint, summary: schedule.summary },
    )
  }
  if (out === undefined) {
    for (const chunk of chunks) await cli.terminal.out(chunk)
    cli.terminal.err(hint + suggestWholeCycles(spec, plan))
    return
  }
  const written = await writeFileWhole(out, chunks, force)
  cli.terminal.err(hint + suggestWholeCycles(spec, plan))
  if (json) return printJson(cli, { ...written, format, summary: schedule.summary })
  cli.terminal.err(`${schedule.summary}\nWrote ${out}.\n`)
}

/** Code below that of the schedule; empty where it is not asked for. */
function recipeOf({ recipe, code, withTest }: Options, run: RunSpec | undefined): string {
  if (!recipe) return ''
  if (code === 'pytorch' && run !== undefined && !withTest) return pytorchRecipe(run)
  throw new UserError(
    'While printing the schedule: --recipe goes with --code pytorch and the --spec of a run, and without --with-test.',
  )
}

const argumentsLine = ({ script, text }: ScriptArguments): string =>
  `${script}: ${text ?? 'no arguments of its schedulers give exactly these rates'}\n`

const isCode = (format: string): format is ExportTarget => exportTargets.some((target) => target === format)

function render(
  schedule: CompiledSchedule,
  format: 'csv' | 'json' | 'svg',
  stepsPerEpoch: number,
  name: string,
  every: number,
): Iterable<Chunk> {
  if (format === 'svg') return [drawSchedule(schedule, stepsPerEpoch, name)]
  return format === 'csv' ? scheduleCsv(schedule, every) : scheduleJson(schedule, stepsPerEpoch, every)
}

async function tellKinds(cli: Cli, { json, kind }: Options): Promise<void> {
  if (kind !== undefined) {
    const family = familyNamed(kind)
    return json ? printJson(cli, kindJson(family)) : cli.terminal.out(kindText(family))
  }
  if (json) return printJson(cli, { kinds: scheduleFamilies.map(kindJson) })
  await cli.terminal.out(kindsText(cli.terminal.columns))
}

async function listPresets(cli: Cli, json: boolean): Promise<void> {
  if (json) return printJson(cli, { presets })
  const rows = presets.map(({ id, name, source }) => [id, name, source])
  const columns = [{ head: 'id' }, { head: 'schedule', shrinkTo: 20 }, { head: 'source', shrinkTo: 16 }]
  await cli.terminal.out(table(columns, rows, cli.terminal.columns))
}
