import type { Command } from 'commander'
import { z } from 'zod'
import { UserError } from '../../../shared/errors.ts'
import { branchNotes } from '../../../shared/run/branchNotes.ts'
import type { OriginKind } from '../../../shared/run/origin.ts'
import type { RunSpec } from '../../../shared/run/spec.ts'
import { changeText, specChanges } from '../../../shared/run/specChanges.ts'
import { findPreset, maxSteps } from '../../../shared/schedule/index.ts'
import type { BranchSource } from '../../runs/branching.ts'
import type { RunRecord, StoreReads } from '../../store/types.ts'
import { addRunCommand, type Cli, readOptions, storeOptions, wholeNumber, withRun } from '../context.ts'
import { readJsonFile } from '../files.ts'
import { examples } from '../help.ts'
import { originText } from '../lineageText.ts'
import { onFlag, placementNamed } from '../placeText.ts'
import { queueAndReport, trainAndReport, trainElsewhere } from './train.ts'

const branchOptions = z.object({
  ...storeOptions,
  at: wholeNumber(1, maxSteps).optional(),
  snapshot: wholeNumber(1).optional(),
  fineTune: z.boolean().default(false),
  again: z.boolean().default(false),
  spec: z.string().optional(),
  schedule: z.string().optional(),
  optimizer: z.enum(['sgd', 'rmsprop', 'adam', 'adamw']).optional(),
  data: z.string().min(1).optional(),
  epochs: z
    .string()
    .regex(/^\d{1,9}(\.\d+)?$/, 'must be a number of epochs')
    .transform(Number)
    .optional(),
  steps: wholeNumber(1, maxSteps).optional(),
  seed: z
    .string()
    .regex(/^-?\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .optional(),
  name: z.string().optional(),
  on: z.string().optional(),
  queue: z.boolean().default(false),
})
type BranchOptions = z.infer<typeof branchOptions>

/** `branch`: a run that begins with what another one has learnt. */
export function addBranch(program: Command, cli: Cli): void {
  const branch = addRunCommand(program, 'branch')
    .summary('begin a run with the state of another one')
    .description(
      "Train a run that goes on from a snapshot or checkpoint of another one: its weights, optimizer state and place in the stream of batches, to the bit, under a schedule, budget, optimizer or seed of its own. What no option changes is as in that run; but its schedule begins at step 0, and with it a plateau's patience, and a weight decay that follows the rate is measured on it.",
    )
    .option('--at <steps>', 'the state after so many steps (default: the furthest that is kept)')
    .option('--snapshot <number>', 'the same by the number of a snapshot, from "snapshots list"')
    .option('--fine-tune', 'take the weights alone, for other data of the same shape (--data)')
    .option('--again', 'the same run with another seed (--seed), from where that one began')
    .option('--spec <file>', 'JSON file with the whole run; the other options change it')
    .option('--schedule <preset|file>', 'a preset ("schedule --list-presets") or a JSON file')
    .option('--optimizer <kind>', 'sgd, rmsprop, adam or adamw; another kind begins without a state')
    .option('--data <name>', 'data set, by name or id')
    .option('--epochs <n>', 'budget in epochs')
    .option('--steps <n>', 'budget in steps')
    .option('--seed <n>', 'seed of batch order, augmentation and dropout')
    .option('--name <name>', 'what the new run is called')
    .option(...onFlag)
    .option('--queue', 'leave it to the open app ("anneal serve")')
    .addHelpText(
      'after',
      examples([
        ['anneal branch mwt --at 1240 --schedule linear.json --epochs 2', 'a cool-down from step 1,240'],
        ['anneal branch mwt --snapshot 5 --fine-tune --data digits-b', 'the same network on other data'],
        ['anneal branch mwt --again --seed 2', 'how much of it was luck'],
      ]),
    )
  branch.action(async (id: string) => {
    const options = readOptions(branch, branchOptions)
    refuseContradictions(options)
    await withRun(cli, options, id, (core, parent) => {
      const spec = changedSpec(parent.spec, options)
      const from = sourceOf(core.store.read, parent, options)
      const placement = placementNamed(core.store, options.on)
      const enqueue = () => core.runs.enqueue(spec, from, placement)
      if (options.queue) return queueAndReport(cli, core, options.json, enqueue)
      if (placement !== undefined) return trainElsewhere(cli, core, options.json, enqueue)
      const begin = () => core.runs.launch(spec, from)
      return trainAndReport(cli, core, options.json, begin, (run) => descentText(parent, run))
    })
  })
}

function refuseContradictions(options: BranchOptions): void {
  const pairs = [
    ['fineTune', 'again', '--fine-tune', '--again'],
    ['at', 'snapshot', '--at', '--snapshot'],
    ['epochs', 'steps', '--epochs', '--steps'],
    ['again', 'at', '--again', '--at'],
    ['again', 'snapshot', '--again', '--snapshot'],
  ] as const
  const given = (key: keyof BranchOptions): boolean => options[key] !== undefined && options[key] !== false
  const both = pairs.find(([a, b]) => given(a) && given(b))
  if (both !== undefined)
    throw new UserError(
      `While reading the options of "anneal branch": give one of ${both[2]} and ${both[3]} (received both).`,
    )
}

/** The parent's spec, or the file's, with what the options change. The core checks it. */
function changedSpec(parent: RunSpec, options: BranchOptions): unknown {
  const { spec, schedule, optimizer, data, epochs, steps, seed, name } = options
  const base =
    spec === undefined ? inherited(parent, options) : written(readJsonFile(spec, 'reading the run spec'))
  const { dataset } = base
  return {
    ...base,
    ...(schedule !== undefined && { schedule: scheduleNamed(schedule) }),
    ...(optimizer !== undefined && optimizer !== parent.optimizer.kind && { optimizer: { kind: optimizer } }),
    ...(data !== undefined && { dataset: { ...written(dataset ?? {}), name: data } }),
    ...(epochs !== undefined && { budget: { epochs } }),
    ...(steps !== undefined && { budget: { steps } }),
    ...(seed !== undefined && { seed }),
    ...(name !== undefined && { name }),
  }
}

/** Steps of the parent's snapshots are no steps of the child's. */
function inherited({ name: _, ...parent }: RunSpec, { again }: BranchOptions): Record<string, unknown> {
  if (again || parent.snapshots.at !== 'steps') return parent
  return { ...parent, snapshots: { at: 'cycleEnds' } }
}

/** What is no object is the core's to refuse. */
const written = (content: unknown): Record<string, unknown> =>
  z.record(z.string(), z.unknown()).parse(content)

const scheduleNamed = (given: string): unknown =>
  /\.json$/i.test(given) ? readJsonFile(given, 'reading the schedule') : findPreset(given).spec

/** @throws UserError for a snapshot of another run */
function sourceOf(read: StoreReads, parent: RunRecord, options: BranchOptions): BranchSource {
  const kind: OriginKind = options.again ? 'again' : options.fineTune ? 'fineTune' : 'branch'
  if (options.snapshot === undefined) return { runId: parent.id, kind, stepsDone: options.at }
  const { runId, step } = read.snapshot(options.snapshot)
  if (runId !== parent.id)
    throw new UserError(
      `While branching from run ${parent.id}: snapshot ${options.snapshot} belongs to run ${runId}; see "anneal snapshots list ${parent.id}".`,
    )
  return { runId, kind, stepsDone: step + 1 }
}

/** "Branches from trunk after 1240 steps: schedule constant → linear, budget 40 epochs → 2 epochs." */
function descentText(parent: RunRecord, { origin, spec }: RunRecord): string {
  if (origin === null) return ''
  const changes = specChanges(parent.spec, spec).map(changeText)
  const text = originText(origin)
  const told = `${text.charAt(0).toUpperCase()}${text.slice(1)}${changes.length === 0 ? '' : `: ${changes.join(', ')}`}.`
  const notes = origin.kind === 'again' ? [] : branchNotes(parent.spec, spec)
  return [told, ...notes].map((line) => `${line}\n`).join('')
}
