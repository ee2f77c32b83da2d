import type { Command } from 'commander'
import { z } from 'zod'
import { UserError } from '../../../shared/errors.ts'
import { parseStudySpec, type StudySpec } from '../../../shared/study/spec.ts'
import { findStudyPreset } from '../../studies/presets.ts'
import { addStore, type Cli, readOptions, storeOptions, wholeNumber } from '../context.ts'
import { readJsonFile } from '../files.ts'
import { examples } from '../help.ts'
import { splitWeights, withAbsoluteWeights } from '../initialWeights.ts'
import { onFlag } from '../placeText.ts'
import { runStudy, runStudyOptions } from '../runStudy.ts'
import { buildSweep, sweepOptions } from '../sweepOptions.ts'

const sweepCommandOptions = z.object({
  ...storeOptions,
  ...runStudyOptions,
  ...sweepOptions,
  spec: z.string(),
  initialWeights: z.string().min(1).optional(),
  initialWeightsPartly: z.boolean().default(false),
})
const studyCommandOptions = z.object({
  ...storeOptions,
  ...runStudyOptions,
  spec: z.string().optional(),
  preset: z.string().optional(),
  name: z.string().optional(),
  slots: wholeNumber(1).optional(),
})

const axisHelp = `
Axes: PATH=VALUES, where PATH is a field of the run (schedule.lrMax, optimizer.weightDecay, model.hidden, seed)
or a whole part of it (schedule, model, optimizer, dataset.name).
  schedule.lrMax=0.01,0.1           a list; values are JSON where they can be read as JSON
  schedule.lrMax=0.001..1:log:7     a range: seven values, by equal factors (:linear by equal steps; five if not said)
  seed=1..5                         whole ends without a count: every whole number between them
  model.hidden=[64],[256,128]       values with commas of their own
  schedule=rex,cosine               whole schedules: presets ("anneal schedule --list-presets"), or JSON
`

const common = (command: Command): Command =>
  command
    .option('--slots <n>', 'runs at once on one device (default: as set in Settings)')
    .option('--name <name>', 'name of the study')
    .option('--dry-run', 'only say which runs it would make and what they would cost; nothing is stored')
    .option(...onFlag)
    .option('--queue', 'leave it to the open app ("anneal serve")')

/** `sweep` and `study`: questions over many runs, worked on in this process. */
export function addStudy(program: Command, cli: Cli): void {
  const sweep = common(
    addStore(program.command('sweep'))
      .summary('train a run with every combination of some settings')
      .description(
        'Train the run of a JSON file with other values of some of its fields, and say which did best on validation data. Ctrl+C pauses the sweep; "anneal studies resume" goes on.',
      )
      .requiredOption('--spec <file>', 'JSON file with the run, as for "anneal train"')
      .option(
        '--initial-weights <file|snapshot>',
        'every run begins with a safetensors file, or a snapshot by its number',
      )
      .option('--initial-weights-partly', 'take the tensors that fit; the others stay random')
      .option('--axis <path=values>', 'a field and its values; may be given several times', collect)
      .option(
        '--search <how>',
        'grid (every combination), one (one axis at a time), random or quasi (Sobol points) (default: grid)',
      )
      .option('--cells <n>', 'random, quasi: combinations to draw')
      .option('--search-seed <n>', 'random, quasi: seed of the draw (default: 1)')
      .option('--seeds <list>', 'train each combination with each of these seeds, e.g. 1,2,3')
      .option(
        '--halving [rungs]',
        'short runs first, the best go on to longer ones; rungs are shares of the budget (default: 0.11,0.33,1)',
      )
      .option('--keep <share>', 'halving: the share of a rung that goes on (default: a third)')
      .option(
        '--objective <name>',
        'validationAccuracy or validationLoss: what the best is chosen by (default: validationAccuracy)',
      ),
  )
  sweep.addHelpText('after', axisHelp).addHelpText(
    'after',
    examples([
      ['anneal sweep --spec run.json --axis schedule.lrMax=0.01,0.1 --axis seed=1,2', 'four runs, two rows'],
      [
        'anneal sweep --spec run.json --axis schedule.lrMax=0.001..1:log --axis optimizer.momentum=0.8..0.99 --search quasi --cells 20 --slots 2',
        'twenty points of a plane, two runs at once',
      ],
      [
        'anneal sweep --spec run.json --axis schedule=rex,cosine,linear --seeds 1,2,3 --dry-run',
        'what it would cost',
      ],
    ]),
  )
  sweep.action(async () => {
    const { spec, ...chosen } = readOptions(sweep, sweepCommandOptions)
    const { spec: base, source } = splitWeights(readJsonFile(spec, 'reading the run spec'), chosen, 'sweep')
    const study = { ...buildSweep(base, chosen), ...(source && { initialWeights: source }) }
    await runStudy(cli, chosen, study)
  })

  const study = common(
    addStore(program.command('study'))
      .summary('run a study: a sweep, schedules at several budgets, one trunk for all budgets')
      .description(
        'Train all runs of the study that a JSON file describes, and say what came of it. Ctrl+C pauses it; "anneal studies resume" goes on.',
      )
      .option('--spec <file>', 'JSON file with the study')
      .option('--preset <id>', 'a study that comes with Anneal: "anneal studies presets" lists them'),
  )
  study.addHelpText(
    'after',
    examples([
      ['anneal study --spec study.json --json > result.json', 'to the end, one JSON document'],
      ['anneal study --preset trunk --dry-run', 'what one of the papers costs here'],
    ]),
  )
  study.action(async () => {
    const chosen = readOptions(study, studyCommandOptions)
    await runStudy(cli, chosen, readStudy(chosen))
  })
}

const collect = (value: string, before: string[] = []): string[] => [...before, value]

function readStudy(chosen: z.output<typeof studyCommandOptions>): StudySpec {
  const { spec, preset, name, slots } = chosen
  if ((spec === undefined) === (preset === undefined)) {
    throw new UserError(
      `While reading the options of "anneal study": give either --spec FILE or --preset ID (received ${spec === undefined ? 'neither' : 'both'}).`,
    )
  }
  const content =
    spec === undefined ? findStudyPreset(preset ?? '').spec : withAbsoluteWeights(readJsonFile(spec, doing))
  refuseRun(content)
  const own = { ...(name !== undefined && { name }), ...(slots !== undefined && { slots }) }
  return parseStudySpec(isObject(content) ? { ...content, ...own } : content, doing)
}

const doing = 'reading the study'

/** What is meant for `train` gets a better word than that "kind" is missing. */
function refuseRun(content: unknown): void {
  if (!isObject(content) || 'kind' in content || !('schedule' in content)) return
  throw new UserError(
    `While ${doing}: this is a run, not a study, which has "kind": "sweep", "budget" or "trunk" and the run as its "base"; train it with "anneal train --spec", or vary it with "anneal sweep --spec FILE --axis PATH=VALUES".`,
  )
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
