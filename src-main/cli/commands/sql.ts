import type { Command } from 'commander'
import { z } from 'zod'
import { type SqlAnswer, type SqlCell, sqlRows, sqlSeconds } from '../../../shared/api/sql.ts'
import { UserError } from '../../../shared/errors.ts'
import { csvLines } from '../../export/csv.ts'
import { askSql } from '../../store/index.ts'
import {
  addStore,
  type Cli,
  printJson,
  readOptions,
  storeOptions,
  wholeNumber,
  withStored,
} from '../context.ts'
import { plural } from '../format.ts'
import { examples } from '../help.ts'
import { table } from '../table.ts'
import { untilInterrupted } from '../untilInterrupted.ts'

const options = z.object({
  ...storeOptions,
  csv: z.boolean().default(false),
  raw: z.boolean().default(false),
  limit: wholeNumber(1, sqlRows.most).default(sqlRows.usual),
  seconds: wholeNumber(1, sqlSeconds.most).default(sqlSeconds.usual),
})

export function addSql(program: Command, cli: Cli): void {
  const command = addStore(program.command('sql'))
    .argument('<statement>', 'one statement: SELECT, WITH, VALUES or EXPLAIN')
    .summary('ask the lab a question in SQL')
    .description(
      'Ask the lab one question in SQL. It can only read, and is stopped after --seconds. docs/schema.md describes the tables; runs_view and snapshots_view leave out what is deleted; metrics(run_id, series) and predictions(snapshot_id, part) are tables of what is stored as blobs.',
    )
    .option('--csv', 'print comma-separated values')
    .option('--raw', 'for --csv: text as it is stored, not made harmless for spreadsheets')
    .option('--limit <rows>', `at most so many rows (default: ${sqlRows.usual})`)
    .option('--seconds <n>', `stop after so long (default: ${sqlSeconds.usual}, at most ${sqlSeconds.most})`)
    .addHelpText(
      'after',
      examples([
        ['anneal sql "SELECT name, best_val_accuracy FROM runs_view ORDER BY 2 DESC"', 'the best runs first'],
        [
          `anneal sql "SELECT m.* FROM runs_view r, metrics(r.id, 'loss') m WHERE r.name = 'mwt'" --csv`,
          'the loss of a run, a row a step',
        ],
      ]),
    )
  command.action(async (statement: string) => {
    const { csv, raw, json, limit, seconds, ...store } = readOptions(command, options)
    if (csv && json)
      throw new UserError(
        'While reading the options of "anneal sql": --csv and --json are two forms; take one.',
      )
    await withStored(cli, store, async (core) => {
      const question = { sql: statement, rows: limit, seconds }
      const answer = await untilInterrupted(cli, (signal) => askSql(core.store.file, question, signal))
      if (json) await printJson(cli, report(answer))
      else if (csv)
        await cli.terminal.out(
          csvLines([answer.columns, ...answer.rows.map((row) => row.map(plain))], { raw }),
        )
      else await cli.terminal.out(drawn(answer, cli.terminal.columns))
      if (answer.cut !== null || answer.cutTexts > 0) cli.terminal.err(`${cutWords(answer)}\n`)
    })
  })
}

/** Integers beyond 2⁵³ as text, since JSON readers would round them; a blob as { bytes }. */
function report({ columns, rows, cut, cutTexts, milliseconds }: SqlAnswer) {
  const cell = (value: SqlCell) =>
    typeof value === 'object' && value !== null && 'number' in value ? value.number : value
  return { columns, rows: rows.map((row) => row.map(cell)), cut, cutTexts, milliseconds }
}

/** A blob as its size; null stays an empty field. */
function plain(value: SqlCell): string | number | null {
  if (typeof value !== 'object' || value === null) return value
  return 'number' in value ? value.number : `${plural(value.bytes, 'byte')}`
}

function drawn({ columns, rows, milliseconds }: SqlAnswer, width: number): string {
  const isNumeric = columns.map((_, i) => rows.every((row) => typeof (row[i] ?? 0) !== 'string'))
  const heads = columns.map((head, i) => ({
    head,
    align: isNumeric[i] ? ('right' as const) : ('left' as const),
    shrinkTo: 12,
  }))
  const cells = rows.map((row) => row.map((value) => (value === null ? 'NULL' : String(plain(value)))))
  return `${table(heads, cells, width)}${plural(rows.length, 'row')} in ${Math.round(milliseconds)} ms\n`
}

function cutWords({ rows, cut, cutTexts }: SqlAnswer): string {
  const of =
    cut === null
      ? []
      : [
          `only the first ${plural(rows.length, 'row')} (${cut === 'rows' ? 'as --limit says' : 'more bytes than an answer may have'})`,
        ]
  const texts = cutTexts === 0 ? [] : [`the beginnings of ${plural(cutTexts, 'long text')}`]
  return `These are ${[...of, ...texts].join(', and ')}.`
}
