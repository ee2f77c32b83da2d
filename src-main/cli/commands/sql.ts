import type { Command } from 'commander'
import { z } from 'zod'
import { type SqlAnswer, type SqlCell, sqlRows, sqlSeconds } from '../../../shared/api/sql.ts'
import { show, UserError } from '../../../shared/errors.ts'
import { csvLines } from '../../export/csv.ts'
import { askSql, askSqlFile } from '../../store/index.ts'
import {
  addStore,
  type Cli,
  printJson,
  readOptions,
  storeOptions,
  wholeNumber,
  withStored,
} from '../context.ts'
import { makeFileWhole, refuseUnwritable, writeFileWhole } from '../files.ts'
import { plural } from '../format.ts'
import { examples } from '../help.ts'
import { table } from '../table.ts'
import { untilInterrupted } from '../untilInterrupted.ts'

const options = z.object({
  ...storeOptions,
  csv: z.boolean().default(false),
  raw: z.boolean().default(false),
  limit: wholeNumber(1).optional(),
  seconds: wholeNumber(1, sqlSeconds.most).default(sqlSeconds.usual),
  out: z.string().min(1).optional(),
  force: z.boolean().default(false),
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
    .option(
      '--out <file>',
      'write it to a file: .csv, or .parquet with typed columns (int64, double, text, binary)',
    )
    .option('--force', 'replace the file if it is there')
    .option('--limit <rows>', `at most so many rows (default: ${sqlRows.usual}; all with --out FILE.parquet)`)
    .option('--seconds <n>', `stop after so long (default: ${sqlSeconds.usual}, at most ${sqlSeconds.most})`)
    .addHelpText(
      'after',
      examples([
        ['anneal sql "SELECT name, best_val_accuracy FROM runs_view ORDER BY 2 DESC"', 'the best runs first'],
        [
          `anneal sql "SELECT m.* FROM runs_view r, metrics(r.id, 'loss') m WHERE r.name = 'mwt'" --csv`,
          'the loss of a run, a row a step',
        ],
        ['anneal sql "SELECT * FROM runs_view" --out runs.parquet', 'for pandas and others'],
      ]),
    )
  command.action(async (statement: string) => {
    const given = readOptions(command, options)
    const { csv, raw, json, limit = sqlRows.usual, seconds, out, ...store } = given
    refuseTwoForms(given)
    if (out !== undefined) refuseUnwritable(out, given.force)
    await withStored(cli, store, async ({ store: { file } }) => {
      if (out?.endsWith('.parquet')) return writeParquet(cli, file, statement, { ...given, out })
      const question = { sql: statement, rows: limit, seconds }
      const answer = await untilInterrupted(cli, (signal) => askSql(file, question, signal))
      if (out !== undefined) {
        const { bytes } = await writeFileWhole(out, [csvOf(answer, raw)], given.force)
        if (json) await printJson(cli, { file: out, rows: answer.rows.length, bytes })
        else
          cli.terminal.err(`Wrote ${out} (${plural(answer.rows.length, 'row')}, ${plural(bytes, 'byte')}).\n`)
      } else if (json) await printJson(cli, report(answer))
      else await cli.terminal.out(csv ? csvOf(answer, raw) : drawn(answer, cli.terminal.columns))
      if (answer.cut !== null || answer.cutTexts > 0) cli.terminal.err(`${cutWords(answer)}\n`)
    })
  })
}

function refuseTwoForms({ csv, json, out, limit }: z.infer<typeof options>): void {
  const doing = 'While reading the options of "anneal sql":'
  if (csv && json) throw new UserError(`${doing} --csv and --json are two forms; take one.`)
  if (out !== undefined && !/\.(csv|parquet)$/.test(out))
    throw new UserError(`${doing} --out must end in .csv or .parquet (received ${show(out)}).`)
  if (csv && out?.endsWith('.parquet'))
    throw new UserError(`${doing} --csv and a Parquet file are two forms; take one.`)
  if (limit !== undefined && limit > sqlRows.most && out?.endsWith('.parquet') !== true)
    throw new UserError(
      `${doing} --limit must be at most ${sqlRows.most} (received ${limit}); a Parquet file (--out FILE.parquet) has room for all rows.`,
    )
}

async function writeParquet(
  cli: Cli,
  database: string,
  sql: string,
  { limit, seconds, out, force, json }: z.infer<typeof options> & { readonly out: string },
): Promise<void> {
  const question = { sql, seconds, ...(limit !== undefined && { rows: limit }) }
  const written = await makeFileWhole(out, force, (partial) =>
    untilInterrupted(cli, (signal) => askSqlFile(database, question, partial, signal)),
  )
  const { rows, bytes, isCut } = written
  if (json) return printJson(cli, { file: out, ...written })
  cli.terminal.err(`Wrote ${out} (${plural(rows, 'row')}, ${plural(bytes, 'byte')}).\n`)
  if (isCut) cli.terminal.err(`These are only the first ${plural(rows, 'row')}, as --limit says.\n`)
}

const csvOf = (answer: SqlAnswer, raw: boolean): string =>
  csvLines([answer.columns, ...answer.rows.map((row) => row.map(plain))], { raw })

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
