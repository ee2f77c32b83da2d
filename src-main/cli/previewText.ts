import { basename } from 'node:path'
import type { ClassCount, DataPreview } from '../../shared/data/preview.ts'
import { brokenText, extentText, previewFacts } from '../../shared/data/previewText.ts'
import { whole } from './format.ts'
import { oneLine } from './oneLine.ts'
import { table } from './table.ts'

/** Classes and broken places that are listed; `--json` has more. */
const mostClasses = 20
const mostBroken = 20

/** What an import would find, as text. @param width of the terminal */
export function describePreview(preview: DataPreview, path: string, width: number): string {
  const facts = previewFacts(preview, whole)
  const longest = Math.max(...facts.map(({ name }) => name.length))
  return [
    `${basename(path)}, read as ${preview.format}; nothing is imported.`,
    ...facts.map(({ name, value }) => `  ${name.padEnd(longest)}  ${oneLine(value)}`),
    extentText(preview, whole),
    '',
    ...rowsText(preview, width),
    ...classesText(preview, width),
    ...brokenList(preview),
    ...(preview.refusal === null ? [] : [`The import would be refused. ${oneLine(preview.refusal)}`, '']),
  ].join('\n')
}

function rowsText({ table: facts }: DataPreview, width: number): string[] {
  if (facts === null || facts.rows.length === 0) return []
  const heads = facts.columns.map(({ name, kind }) => ({
    head: name,
    align: kind === 'numbers' ? ('right' as const) : ('left' as const),
    shrinkTo: 8,
  }))
  return ['First rows', table(heads, facts.rows, width)]
}

function classesText({ classes, test }: DataPreview, width: number): string[] {
  if (classes.length === 0) return []
  const shown = classes.slice(0, mostClasses)
  const row = ({ name, train, test: tests }: ClassCount) => [
    name,
    whole(train),
    ...(test === null ? [] : [whole(tests)]),
  ]
  const columns = [
    { head: 'class', shrinkTo: 12 },
    { head: 'training', align: 'right' as const },
    ...(test === null ? [] : [{ head: 'test', align: 'right' as const }]),
  ]
  const more = classes.length - shown.length
  return [
    table(columns, shown.map(row), width),
    ...(more > 0 ? [`and ${whole(more)} more (--json lists them)`, ''] : []),
  ]
}

function brokenList(preview: DataPreview): string[] {
  const words = brokenText(preview, whole)
  if (words === undefined) return []
  const { shown, canSkip, total } = preview.broken
  const listed = shown.slice(0, mostBroken)
  const more = total.count - listed.length
  return [
    `${words.charAt(0).toUpperCase()}${words.slice(1)}:`,
    ...listed.map(({ place, why }) => `  ${oneLine(place)}: ${oneLine(why)}`),
    ...(more > 0 ? [`  and ${whole(more)} more`] : []),
    ...(canSkip ? ['Replace them, take them away, or import without them: --skip-unusable'] : []),
    '',
  ]
}

/** The same for a program: everything but the pictures, and what is not known of columns that are left out. */
export const previewReport = ({ classes, table: facts, ...preview }: DataPreview) => ({
  ...preview,
  // Not every format reads their cells.
  table: facts && {
    ...facts,
    columns: facts.columns.map((column) =>
      column.role === 'left out' ? { name: column.name, role: column.role } : column,
    ),
  },
  classes: classes.map(({ name, train, test }) => ({ name, train, test })),
})
