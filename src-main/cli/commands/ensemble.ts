import type { Command } from 'commander'
import { z } from 'zod'
import type { ChoiceRule } from '../../../shared/ensemble/memberChoices.ts'
import { ensembleMethods, methodWords, type PredictionMethod } from '../../../shared/ensemble/methods.ts'
import { UserError } from '../../../shared/errors.ts'
import { nats } from '../../../shared/run/line.ts'
import type { Core } from '../../core.ts'
import type { EnsembleResult } from '../../ensembles/result.ts'
import type { SnapshotRecord } from '../../store/types.ts'
import { refuseBare } from '../../trainedElsewhere.ts'
import { addStore, type Cli, printJson, readOptions, storeOptions, withStored } from '../context.ts'
import { describeDetails } from '../ensembleDetailsText.ts'
import { describeEnsemble } from '../ensembleText.ts'
import { findRun } from '../findRun.ts'
import { fixed } from '../format.ts'
import { examples } from '../help.ts'
import { ensembleReport } from '../reports.ts'
import { tellSnapshotTables } from '../snapshotTables.ts'

const methodOptions = ensembleMethods.map((method) => methodWords[method].option)
const methodOption = z
  .enum(methodOptions)
  .transform((option) => ensembleMethods.find((method) => methodWords[method].option === option) ?? 'average')

/** Rules that choose among members; keeping all is choosing nothing. */
const choosable = ['last', 'greedy', 'subset', 'fitted'] as const satisfies readonly ChoiceRule[]

const options = z.object({
  ...storeOptions,
  run: z.string().optional(),
  runs: z
    .string()
    .transform((text) => text.split(',').map((each) => each.trim()))
    .refine(
      (each) => each.every((name) => name !== ''),
      'must be runs with commas between them, e.g. first,second',
    )
    .optional(),
  details: z.boolean().default(false),
  choose: z.enum(choosable).optional(),
  study: z.string().min(1, 'must name a study').optional(),
  snapshots: z
    .string()
    .regex(/^\d+(,\d+)*$/, 'must be snapshot numbers with commas between them, e.g. 1,2,3')
    .transform((text) => text.split(',').map(Number))
    .optional(),
  method: methodOption.prefault('average'),
  save: z.string().trim().min(1, 'must not be empty').max(200, 'must be at most 200 characters').optional(),
})

const weightsWarning =
  'Averaging weights makes one new model, not an ensemble of predictions: where cycles ended in different valleys it can be far worse than any member. Its normalisation statistics are recomputed over an epoch of training data.\n'

/** What was measured of that warning. */
function bumpText({ bump, members }: Pick<EnsembleResult, 'bump' | 'members'>): string {
  if (bump === undefined) return ''
  const ids = members.map(({ snapshot }) => snapshot.id)
  const [from, to] = ids
  const more =
    ids.length < 3
      ? `"anneal line --from ${from} --to ${to}" shows the bump between the two`
      : `"anneal line --average ${ids.join()}" shows which of them lie across it`
  const { height, standardError, leastBump } = bump
  return bump.isBump
    ? `Warning: the members lie in different valleys. The averaged model's validation loss is ${fixed(height)} nats (standard error ${fixed(standardError)}) above the mean of theirs; ${more}.\n`
    : `No bump between the members that validation data can tell (none above ${fixed(leastBump)} nats, three standard errors): the averaged model's validation loss is ${nats(height, fixed)} the mean of theirs.\n`
}

export function addEnsemble(program: Command, cli: Cli): void {
  const command = addStore(program.command('ensemble'))
    .summary('combine the snapshots of a run')
    .description(
      "Combine the stored predictions of a run's snapshots: members, weights, accuracy and error against the run's best snapshot (chosen on validation), and how much the members differ.",
    )
    .option('--run <run>', 'name of the run, or its id or a beginning of it')
    .option('--runs <runs>', 'several of them, with commas between: their snapshots in one ensemble')
    .option(
      '--study <study>',
      'instead: of the runs of a study that differ in their seed alone, N runs times M snapshots of each',
    )
    .option('--snapshots <numbers>', 'which of its snapshots (default: all)')
    .option(
      '--method <method>',
      'average of probabilities, logit-average (geometric mean), weighted (shares chosen on validation data), or weights, which averages the models themselves (default: average)',
    )
    .option(
      '--choose <rule>',
      'members chosen on validation data by NLL: last, greedy (with replacement), subset (every one tried), or fitted (weights)',
    )
    .option(
      '--details',
      'more: choices of members with their optimism, cost in steps, diversity, calibration; of several runs N runs times M snapshots and equal cost',
    )
    .option('--save <name>', 'keep it in the database under this name')
    .addHelpText(
      'after',
      examples([
        ['anneal ensemble --run mwt', 'all snapshots, equal shares'],
        ['anneal ensemble --run mwt --snapshots 3,4,5 --method weighted --save best', 'chosen ones, kept'],
        ['anneal ensemble --runs mwt,another --details', 'of several runs, with all that is known of it'],
        ['anneal ensemble --run mwt --choose fitted', 'weights of least validation NLL'],
        ['anneal ensemble --study mwt', 'are snapshots worth as much as runs? The table of the SGDR paper'],
      ]),
    )
  command.action(async () => {
    const { run, runs, study, snapshots, method, choose, details, save, ...rest } = readOptions(
      command,
      options,
    )
    if (study !== undefined) {
      refuseBeside('study', study, { run, runs, snapshots, save, choose, details: details || undefined })
      return withStored(cli, rest, (core) => tellSnapshotTables(cli, core, rest.json, study))
    }
    if (run === undefined && runs === undefined) {
      throw new UserError(
        'While reading the options of "anneal ensemble": give --run RUN, --runs RUN,RUN or --study STUDY (received neither of them).',
      )
    }
    if (runs !== undefined) refuseBeside('runs', runs.join(','), { run, snapshots })
    if (method === 'weightAverage')
      refuseBeside('method', 'weights', { runs, choose, details: details || undefined })
    else if (choose !== undefined && method !== 'average') refuseBeside('choose', choose, { method })
    await withStored(cli, rest, async (core) => {
      const given = {
        runIds: (runs ?? [run ?? '']).map((each) => findRun(core.store.read, each).id),
        snapshots,
      }
      const result =
        method === 'weightAverage'
          ? await core.ensembles.averageWeights(requestOf(given))
          : evaluated(core, given, method, choose)
      if (method === 'weightAverage') cli.terminal.err(`${weightsWarning}${bumpText(result)}`)
      const saved = save === undefined ? undefined : core.ensembles.save(save, result)
      if (rest.json) {
        const { id, name } = saved ?? {}
        return printJson(cli, {
          ...ensembleReport(result),
          ...(saved && { ensembleId: id, name }),
          ...(details && { details: core.ensembles.details(result) }),
        })
      }
      const more = details
        ? `\n${describeDetails(result, core.ensembles.details(result), cli.terminal.columns)}`
        : ''
      await cli.terminal.out(`${describeEnsemble(result, cli.terminal.columns)}${more}`)
      if (saved !== undefined) cli.terminal.err(`Kept as ensemble ${saved.id}, "${saved.name}".\n`)
    })
  })
}

interface Given {
  readonly runIds: readonly string[]
  readonly snapshots: readonly number[] | undefined
}

const requestOf = ({ runIds: [runId = ''], snapshots }: Given) => ({
  runId,
  ...(snapshots && { snapshotIds: snapshots }),
})

function evaluated(
  { store, ensembles }: Core,
  given: Given,
  method: PredictionMethod,
  choose: ChoiceRule | undefined,
): EnsembleResult {
  if (given.runIds.length === 1 && choose === undefined)
    return ensembles.evaluate({ ...requestOf(given), method })
  const all =
    given.runIds.length === 1
      ? ensembles.evaluate(requestOf(given)).members.map(({ snapshot }) => snapshot)
      : given.runIds.flatMap((id) => snapshotsOf(store, id))
  // Shares of a weighted average are the greedy ones, of one run or of several.
  const rule = choose ?? (method === 'weighted' ? 'greedy' : undefined)
  const members =
    rule === undefined ? all.map(({ id }) => ({ snapshotId: id, weight: 1 })) : ensembles.choose(rule, all)
  return ensembles.evaluateMembers({ method: rule === undefined ? method : 'weighted', members })
}

/** @throws UserError where a run that was named has none: it would be left out unsaid */
function snapshotsOf({ read }: Core['store'], runId: string): SnapshotRecord[] {
  const snapshots = read.snapshots(runId)
  refuseBare('building the ensemble', read.run(runId), snapshots)
  return snapshots
}

/** @throws UserError for an option that does not go with another */
function refuseBeside(option: string, value: string, others: Readonly<Record<string, unknown>>): void {
  const given = Object.entries(others).find(([, other]) => other !== undefined)
  if (given === undefined) return
  throw new UserError(
    `While reading the options of "anneal ensemble": --${given[0]} does not go with --${option} (received --${option} ${value}); leave one of them out.`,
  )
}
