import type { Command } from 'commander'
import { z } from 'zod'
import { UserError } from '../../../shared/errors.ts'
import type { Core } from '../../core.ts'
import { placeExamples } from '../../ensembles/examplePlaces.ts'
import { findMistakes, type Predictor } from '../../ensembles/mistakes.ts'
import {
  addStore,
  type Cli,
  printJson,
  readOptions,
  storeOptions,
  wholeNumber,
  withStored,
} from '../context.ts'
import { findEnsemble } from '../findEnsemble.ts'
import { examples } from '../help.ts'
import { mistakesCsv } from '../mistakesCsv.ts'
import { describeMistakes, mistakesReport } from '../mistakesText.ts'

const options = z.object({
  ...storeOptions,
  snapshot: wholeNumber(1).optional(),
  ensemble: z.string().min(1, 'must name an ensemble').optional(),
  part: z.enum(['validation', 'test']).optional(),
  top: wholeNumber(1, 100_000).default(10),
  csv: z.enum(['confusion', 'examples'], 'must be confusion or examples').optional(),
})

export function addMistakes(program: Command, cli: Cli): void {
  const command = addStore(program.command('mistakes'))
    .summary('what a snapshot or an ensemble gets wrong')
    .description(
      'From stored predictions: precision, recall and F1 of each class, the confusion matrix, the surest mistakes with their examples, and labels that may be wrong.',
    )
    .option('--snapshot <number>', 'number of the snapshot')
    .option('--ensemble <name>', 'instead: name or number of a kept ensemble')
    .option('--part <part>', 'validation or test (default: test, or validation where there is no test part)')
    .option('--top <count>', 'how many of the worst to list (default: 10)')
    .option(
      '--csv <what>',
      'instead, as comma-separated values: confusion (counts) or examples (every one, with its classes and probabilities)',
    )
    .addHelpText(
      'after',
      examples([
        ['anneal mistakes --snapshot 12', 'on test data'],
        ['anneal mistakes --ensemble best --part validation --json', 'all numbers, for a program'],
        ['anneal mistakes --snapshot 12 --csv examples > answers.csv', 'a row an example'],
      ]),
    )
  command.action(async () => {
    const { snapshot, ensemble, part, top, csv, ...rest } = readOptions(command, options)
    if (csv !== undefined && rest.json)
      throw new UserError(
        'While reading the options of "anneal mistakes": --csv and --json are two forms; take one.',
      )
    await withStored(cli, rest, async (core) => {
      const predictor = predictorOf(core, snapshot, ensemble)
      const found = findMistakes(core.store, predictor, part)
      const snapshotId = predictor.members[0]?.snapshotId ?? 0
      const places = await placeExamples(core, { snapshotId, part: found.part })
      if (csv !== undefined) {
        if (csv === 'examples' && places.state === 'unknown')
          cli.terminal.err(`Examples are not numbered. ${places.reason}\n`)
        return cli.terminal.out(mistakesCsv[csv](found, places))
      }
      const report = mistakesReport(found, places, top)
      if (rest.json) return printJson(cli, report)
      await cli.terminal.out(describeMistakes(report, cli.terminal.columns))
    })
  })
}

/** @throws UserError unless one of the two is given */
function predictorOf({ store }: Core, snapshot: number | undefined, ensemble: string | undefined): Predictor {
  if ((snapshot === undefined) === (ensemble === undefined))
    throw new UserError(
      `While reading the options of "anneal mistakes": give either --snapshot NUMBER or --ensemble NAME (received ${snapshot === undefined ? 'neither' : 'both'}).`,
    )
  if (snapshot !== undefined) return { method: 'average', members: [{ snapshotId: snapshot, weight: 1 }] }
  const { name, method, members } = findEnsemble(store.read, ensemble ?? '')
  if (method === 'weightAverage')
    throw new UserError(
      `While looking for mistakes: the ensemble ${name} is one model of averaged weights, which keeps scores and no predictions; choose an ensemble that combines predictions.`,
    )
  return { method, members }
}
