import type { Command } from 'commander'
import { z } from 'zod'
import { ensembleMethods, methodWords } from '../../../shared/ensemble/methods.ts'
import { UserError } from '../../../shared/errors.ts'
import type { EnsembleResult } from '../../ensembles/result.ts'
import { addStore, type Cli, printJson, readOptions, storeOptions, withStored } from '../context.ts'
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

const options = z.object({
  ...storeOptions,
  run: z.string().optional(),
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
function bumpText(bump: EnsembleResult['bump']): string {
  if (bump === undefined) return ''
  const { height, standardError, leastBump } = bump
  return bump.isBump
    ? `Warning: the members lie in different valleys. The averaged model's validation loss is ${fixed(height)} nats (standard error ${fixed(standardError)}) above the mean of theirs; "anneal line" shows the bump between two of them.\n`
    : `No bump between the members that validation data can tell (none above ${fixed(leastBump)} nats, three standard errors): the averaged model's validation loss is ${fixed(height)} nats above the mean of theirs.\n`
}

export function addEnsemble(program: Command, cli: Cli): void {
  const command = addStore(program.command('ensemble'))
    .summary('combine the snapshots of a run')
    .description(
      "Combine the stored predictions of a run's snapshots: members, weights, accuracy and error against the run's best snapshot (chosen on validation), and how much the members differ.",
    )
    .option('--run <run>', 'name of the run, or its id or a beginning of it')
    .option(
      '--study <study>',
      'instead: of the runs of a study that differ in their seed alone, N runs times M snapshots of each',
    )
    .option('--snapshots <numbers>', 'which of its snapshots (default: all)')
    .option(
      '--method <method>',
      'average of probabilities, logit-average (geometric mean), weighted (shares chosen on validation data), or weights, which averages the models themselves (default: average)',
    )
    .option('--save <name>', 'keep it in the database under this name')
    .addHelpText(
      'after',
      examples([
        ['anneal ensemble --run mwt', 'all snapshots, equal shares'],
        ['anneal ensemble --run mwt --snapshots 3,4,5 --method weighted --save best', 'chosen ones, kept'],
        ['anneal ensemble --study mwt', 'are snapshots worth as much as runs? The table of the SGDR paper'],
      ]),
    )
  command.action(async () => {
    const { run, study, snapshots, method, save, ...rest } = readOptions(command, options)
    if (study !== undefined) {
      refuseBeside(study, { run, snapshots, save })
      return withStored(cli, rest, (core) => tellSnapshotTables(cli, core, rest.json, study))
    }
    if (run === undefined) {
      throw new UserError(
        'While reading the options of "anneal ensemble": give either --run RUN or --study STUDY (received neither).',
      )
    }
    await withStored(cli, rest, async (core) => {
      const request = {
        runId: findRun(core.store.read, run).id,
        ...(snapshots && { snapshotIds: snapshots }),
      }
      const result =
        method === 'weightAverage'
          ? await core.ensembles.averageWeights(request)
          : core.ensembles.evaluate({ ...request, method })
      if (method === 'weightAverage') cli.terminal.err(`${weightsWarning}${bumpText(result.bump)}`)
      const saved = save === undefined ? undefined : core.ensembles.save(save, result)
      if (rest.json) {
        const { id, name } = saved ?? {}
        return printJson(cli, { ...ensembleReport(result), ...(saved && { ensembleId: id, name }) })
      }
      await cli.terminal.out(describeEnsemble(result, cli.terminal.columns))
      if (saved !== undefined) cli.terminal.err(`Kept as ensemble ${saved.id}, "${saved.name}".\n`)
    })
  })
}

/** @throws UserError for an option that is of one run */
function refuseBeside(study: string, others: Readonly<Record<string, unknown>>): void {
  const given = Object.entries(others).find(([, value]) => value !== undefined)
  if (given === undefined) return
  throw new UserError(
    `While reading the options of "anneal ensemble": --${given[0]} does not go with --study (received --study ${study}); leave one of them out.`,
  )
}
