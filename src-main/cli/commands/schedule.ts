import type { Command } from 'commander'
import { z } from 'zod'
import { show, UserError } from '../../../shared/errors.ts'
import {
  type CompiledSchedule,
  compileSchedule,
  type ExportTarget,
  exportSchedule,
  exportTargets,
  maxSteps,
  parseSchedule,
  presets,
  type ScheduleSpec,
} from '../../../shared/schedule/index.ts'
import { drawSchedule } from '../../export/svg/schedulePlot.ts'
import { addJson, type Cli, jsonOption, printJson, readOptions, wholeNumber } from '../context.ts'
import { type Chunk, readJsonFile, writeFileWhole } from '../files.ts'
import { examples } from '../help.ts'
import { table } from '../table.ts'
import { suggestWholeCycles } from '../wholeCycles.ts'

const options = z.object({
  ...jsonOption,
  spec: z.string().optional(),
  preset: z.string().optional(),
  listPresets: z.boolean().default(false),
  steps: wholeNumber(1, maxSteps).optional(),
  stepsPerEpoch: wholeNumber(1, maxSteps).optional(),
  format: z.enum(['csv', 'json', 'svg'], 'must be one of csv, json, svg').optional(),
  code: z.enum(exportTargets, `must be one of ${exportTargets.join(', ')}`).optional(),
  out: z.string().min(1).optional(),
  force: z.boolean().default(false),
})
type Options = z.infer<typeof options>

export function addSchedule(program: Command, cli: Cli): void {
  const command = addJson(program.command('schedule'))
    .summary('print learning rate and momentum step by step')
    .description(
      'Print the learning rate and momentum a schedule gives at every step (counted from 0), as CSV, JSON, a picture or Python source.',
    )
    .option('--spec <file>', 'JSON file with a schedule, or with a run whose schedule is meant')
    .option('--preset <id>', 'a schedule that comes with Anneal')
    .option('--list-presets', 'list the schedules that come with Anneal and where they are from')
    .option('--steps <n>', 'steps to plan')
    .option('--steps-per-epoch <k>', 'steps in one epoch, for durations given in epochs (default: 1)')
    .option('--format <format>', 'csv, json or svg (default: csv; json with --json)')
    .option('--code <library>', 'Python source of the schedule instead, for pytorch, keras or optax')
    .option('--out <file>', 'write to a file instead of standard output')
    .option('--force', 'replace the file if it is there')
    .addHelpText(
      'after',
      examples([
        ['anneal schedule --spec run.json --steps 1000 --steps-per-epoch 100', 'one line a step'],
        [
          'anneal schedule --preset sgdr-10-2 --steps 700 --steps-per-epoch 10 --format svg --out sgdr.svg',
          'a picture',
        ],
        [
          'anneal schedule --preset rex --steps 700 --steps-per-epoch 10 --code pytorch --out rex.py',
          'the same rates in a PyTorch script',
        ],
        ['anneal schedule --list-presets', 'what there is'],
      ]),
    )
  command.action(async () => {
    const chosen = readOptions(command, options)
    if (chosen.listPresets) return listPresets(cli, chosen.json)
    await printSchedule(cli, chosen)
  })
}

async function printSchedule(cli: Cli, chosen: Options): Promise<void> {
  const { json, out, force, steps, stepsPerEpoch = 1 } = chosen
  if (steps === undefined) {
    throw new UserError('While planning the schedule: --steps is missing; give the number of steps to plan.')
  }
  if (chosen.code !== undefined && chosen.format !== undefined) {
    throw new UserError(
      `While printing the schedule: give either --code or --format, not both (received ${chosen.code} and ${chosen.format}).`,
    )
  }
  const format = chosen.code ?? chosen.format ?? (json ? 'json' : 'csv')
  if (json && format !== 'json' && out === undefined) {
    throw new UserError(
      `While printing the schedule: --json prints JSON, but the format is ${format}; add --out for the ${format} file.`,
    )
  }
  const { name, spec } = readSchedule(chosen)
  const plan = { totalSteps: steps, stepsPerEpoch }
  const schedule = compileSchedule(spec, plan)
  const chunks = isCode(format)
    ? [exportSchedule(spec, plan, format)]
    : render(schedule, format, stepsPerEpoch, name)
  if (out === undefined) {
    for (const chunk of chunks) await cli.terminal.out(chunk)
    cli.terminal.err(suggestWholeCycles(spec, plan))
    return
  }
  const written = await writeFileWhole(out, chunks, force)
  cli.terminal.err(suggestWholeCycles(spec, plan))
  if (json) return printJson(cli, { ...written, format, summary: schedule.summary })
  cli.terminal.err(`${schedule.summary}\nWrote ${out}.\n`)
}

const isCode = (format: string): format is ExportTarget => exportTargets.some((target) => target === format)

/** A schedule on its own, or the one inside a run spec. */
function readSchedule({ spec: file, preset: id }: Options): { name: string; spec: ScheduleSpec } {
  if ((file === undefined) === (id === undefined)) {
    throw new UserError('While choosing the schedule: give either --spec FILE or --preset ID.')
  }
  if (id !== undefined) {
    const preset = presets.find((known) => known.id === id)
    if (preset === undefined) {
      throw new UserError(
        `While choosing the schedule: there is no preset ${show(id)}; there are ${presets.map((known) => known.id).join(', ')}.`,
      )
    }
    return { name: preset.name, spec: preset.spec }
  }
  const content = readJsonFile(file ?? '', 'reading the schedule')
  const isRun =
    typeof content === 'object' && content !== null && 'schedule' in content && !('kind' in content)
  const spec = parseSchedule(isRun ? content.schedule : content)
  return { name: `Schedule: ${spec.kind}`, spec }
}

function render(
  schedule: CompiledSchedule,
  format: 'csv' | 'json' | 'svg',
  stepsPerEpoch: number,
  name: string,
): Iterable<Chunk> {
  if (format === 'svg') return [drawSchedule(schedule, stepsPerEpoch, name)]
  return format === 'csv' ? scheduleCsv(schedule) : scheduleJson(schedule)
}

const stepsAtOnce = 4096

function* scheduleCsv(schedule: CompiledSchedule): Generator<string> {
  let piece = 'step,lr,momentum\n'
  for (let step = 0; step < schedule.totalSteps; step++) {
    const { lr, momentum } = schedule.at(step)
    piece += `${step},${lr},${momentum ?? ''}\n`
    if (step % stepsAtOnce !== stepsAtOnce - 1) continue
    yield piece
    piece = ''
  }
  yield piece
}

/** Momentum is null throughout where the schedule leaves it alone. */
function* scheduleJson(schedule: CompiledSchedule): Generator<string> {
  const { summary, totalSteps, cycles } = schedule
  yield `${JSON.stringify({ summary, totalSteps, cycles }).slice(0, -1)},"lr":[`
  yield* numbers(totalSteps, (step) => schedule.at(step).lr)
  const moves = schedule.at(0).momentum !== undefined
  if (!moves) return yield '],"momentum":null}\n'
  yield '],"momentum":['
  yield* numbers(totalSteps, (step) => schedule.at(step).momentum ?? null)
  yield ']}\n'
}

function* numbers(count: number, at: (step: number) => number | null): Generator<string> {
  for (let from = 0; from < count; from += stepsAtOnce) {
    const piece = Array.from({ length: Math.min(stepsAtOnce, count - from) }, (_, i) => at(from + i))
    yield (from === 0 ? '' : ',') + piece.map((value) => JSON.stringify(value)).join(',')
  }
}

async function listPresets(cli: Cli, json: boolean): Promise<void> {
  if (json) return printJson(cli, { presets })
  const rows = presets.map(({ id, name, source }) => [id, name, source])
  const columns = [{ head: 'id' }, { head: 'schedule', shrinkTo: 20 }, { head: 'source', shrinkTo: 16 }]
  await cli.terminal.out(table(columns, rows, cli.terminal.columns))
}
