import type { Command } from 'commander'
import { z } from 'zod'
import type { PredictedRow, Predictor } from '../../../shared/api/predictions.ts'
import { csvOptions } from '../../../shared/data/importOptions.ts'
import { UserError } from '../../../shared/errors.ts'
import { answersHead, answersLines } from '../../../shared/predictions/answersCsv.ts'
import type { PredictAnswer } from '../../../shared/run/predict.ts'
import type { Core } from '../../core.ts'
import { predictedRows } from '../../predictions/predictedRows.ts'
import type { Predicting } from '../../predictions/service.ts'
import {
  addStore,
  type Cli,
  printJson,
  readOptions,
  storeOptions,
  wholeNumber,
  withStored,
} from '../context.ts'
import { refuseUnwritable, writeFileWhole } from '../files.ts'
import { findEnsemble } from '../findEnsemble.ts'
import { plural } from '../format.ts'
import { examples } from '../help.ts'
import { barLine, type LiveBar, startLiveBar } from '../liveBar.ts'
import { oneLine } from '../oneLine.ts'
import { untilInterrupted } from '../untilInterrupted.ts'

const options = z.object({
  ...storeOptions,
  snapshot: wholeNumber(1).optional(),
  ensemble: z.string().min(1, 'must name an ensemble').optional(),
  delimiter: csvOptions.shape.delimiter.optional(),
  out: z.string().min(1).optional(),
  force: z.boolean().default(false),
})

/** `predict`: what a stored model says of files of the user's own. */
export function addPredict(program: Command, cli: Cli): void {
  const command = addStore(program.command('predict'))
    .summary("ask a snapshot or an ensemble about examples of one's own")
    .description(
      'Predict the classes of images (a PNG or JPEG file, or a folder with all in it) or of the rows of a CSV table, prepared as the training data were: same size, channels and normalisation, columns by their names. Writes CSV: path or row, predicted class, the probability of each class, and what had to be changed to make the example fit. What cannot be read is told, left out, and makes the exit status 1.',
    )
    .argument('<path>', 'image, folder or table')
    .option('--snapshot <number>', 'a model, by its number from "snapshots list"')
    .option('--ensemble <ensemble>', 'a kept ensemble, by its name or number')
    .option('--delimiter <character>', 'table: between fields (default: comma; a tab for .tsv)')
    .option('--out <file>', 'write the CSV there (default: standard output)')
    .option('--force', 'replace what is there')
    .addHelpText(
      'after',
      examples([
        ['anneal predict photos/ --snapshot 5 --out answers.csv', 'every image in a folder'],
        ['anneal predict rows.csv --ensemble best', 'the rows of a table'],
      ]),
    )
  command.action(async (path: string) => {
    const given = readOptions(command, options)
    if (given.out !== undefined) refuseUnwritable(given.out, given.force)
    await withStored(cli, given, (core) =>
      untilInterrupted(cli, async (signal) => {
        const predictor = predictorOf(core, given)
        const { delimiter } = given
        const source = { type: 'path' as const, path, ...(delimiter !== undefined && { delimiter }) }
        const predicting = await core.predictions.predict(predictor, source, signal)
        await answer(cli, predicting, { path, predictor, ...given })
      }),
    )
  })
}

function predictorOf(core: Core, { snapshot, ensemble }: z.infer<typeof options>): Predictor {
  if ((snapshot === undefined) === (ensemble === undefined)) {
    const received = snapshot === undefined ? 'neither' : 'both'
    throw new UserError(
      `While reading the options of "anneal predict": give either --snapshot NUMBER or --ensemble NAME (received ${received}).`,
    )
  }
  return ensemble === undefined
    ? { type: 'snapshot', id: snapshot ?? 0 }
    : { type: 'ensemble', id: findEnsemble(core.store.read, ensemble).id }
}

interface Asked extends Pick<z.infer<typeof options>, 'json' | 'out' | 'force'> {
  readonly path: string
  readonly predictor: Predictor
}

async function answer(cli: Cli, predicting: Predicting, asked: Asked): Promise<void> {
  const { classes } = predicting
  const kept: PredictedRow[] = []
  const unusable: { readonly name: string; readonly why: string }[] = []
  let counts: PredictAnswer | undefined
  const batches = async function* (): AsyncGenerator<PredictedRow[]> {
    const bar = barOf(cli)
    try {
      for (;;) {
        const next = await predicting.parts.next()
        if (next.done) {
          counts = next.value
          if (counts.rows === 0) throw nothingRead(asked.path, unusable[0])
          return
        }
        unusable.push(...next.value.unusable.slice(0, Math.max(0, mostKept - unusable.length)))
        bar?.update(next.value.done, next.value.total)
        yield predictedRows(next.value, classes.length)
      }
    } finally {
      bar?.stop()
      await predicting.parts.return({ rows: 0, unusable: 0, notes: [] })
    }
  }
  const head = answersHead(predicting.input.kind === 'image' ? 'path' : 'row', classes)
  const lines = async function* (): AsyncGenerator<string> {
    let isFirst = true
    for await (const rows of batches()) {
      yield `${isFirst ? head : ''}${answersLines(rows, classes)}`
      isFirst = false
      if (asked.json) kept.push(...rows)
    }
  }
  await write(
    cli,
    asked,
    lines(),
    () => ({ ...jsonHead(asked), classes, predictions: kept.map(named(classes)) }),
    unusable,
  )
  if (counts !== undefined) tell(cli, counts, unusable, asked.out)
}

/** Files that are named one by one; of the others the number is told. */
const mostKept = 1000
const mostTold = 20

async function write(
  cli: Cli,
  { json, out, force }: Asked,
  lines: AsyncGenerator<string>,
  document: () => object,
  unusable: readonly object[],
): Promise<void> {
  if (out !== undefined) await writeFileWhole(out, lines, force)
  else for await (const text of lines) if (!json) await cli.terminal.out(text)
  if (json) await printJson(cli, { ...document(), unusable })
}

const jsonHead = ({ path, predictor, out }: Asked) => ({
  path,
  ...(predictor.type === 'snapshot' ? { snapshotId: predictor.id } : { ensembleId: predictor.id }),
  ...(out !== undefined && { out }),
})

const named =
  (classes: readonly string[]) =>
  ({ predicted, ...row }: PredictedRow) => ({ ...row, predicted: classes[predicted] ?? String(predicted) })

function barOf({ terminal: { screen } }: Cli): LiveBar | undefined {
  if (screen === undefined) return undefined
  const at = { done: 0, total: 1 }
  const bar = startLiveBar(screen, 0, 1, () =>
    barLine(at.done / at.total, ['predicting'], screen.columns || 80),
  )
  return {
    ...bar,
    update(done, total) {
      at.done = done
      at.total = Math.max(1, total)
      bar.update(done, total)
    },
  }
}

function nothingRead(
  path: string,
  first: { readonly name: string; readonly why: string } | undefined,
): UserError {
  const why =
    first === undefined ? 'there is no example in it' : `of ${oneLine(first.name)}, ${oneLine(first.why)}`
  return new UserError(
    `While predicting ${path}: nothing in it can be read (${why}); give PNG or JPEG images, or a table, as the model was trained on.`,
  )
}

/** On standard error, beside the answer. */
function tell(
  cli: Cli,
  { rows, unusable: count, notes }: PredictAnswer,
  unusable: readonly { readonly name: string; readonly why: string }[],
  out: string | undefined,
): void {
  const { err } = cli.terminal
  for (const note of notes) err(`${oneLine(note)}\n`)
  for (const { name, why } of unusable.slice(0, mostTold))
    err(`Left out: ${oneLine(name)} (${oneLine(why)}).\n`)
  if (count > mostTold) err(`… and ${count - mostTold} more.\n`)
  if (count > 0) cli.setExitCode(1)
  const left = count === 0 ? '' : `, ${count} left out`
  err(`Predicted ${plural(rows, 'example')}${left}${out === undefined ? '' : `; wrote ${out}`}.\n`)
}
