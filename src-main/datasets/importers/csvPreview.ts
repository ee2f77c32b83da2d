import type { TableColumn } from '../../../shared/api/datasets.ts'
import { peek } from '../userPaths.ts'
import { readRows } from './csv.ts'
import { columnNames, tidy } from './csvLayout.ts'
import { isNumber } from './csvNumbers.ts'

/** Rows looked at for samples. */
const sampledRows = 100
const samplesKept = 4
/** Rows shown as they are. */
const firstRows = 5
/** Characters of a sample: enough to know a value by. */
const sampleLength = 40

/**
 * The columns of a table with their first cells and some of their values, from its first rows, for choosing among them; what an import would
 * refuse further on is not looked for.
 * @param mayBeRagged whether rows of another number of cells are passed over · @throws UserError when the file or its first rows cannot be read
 */
export async function previewCsv(
  path: string,
  { delimiter, header }: { readonly delimiter: string; readonly header: boolean },
  mayBeRagged = false,
): Promise<TableColumn[]> {
  await peek(path, 0)
  let names: string[] | undefined
  const samples: Set<string>[] = []
  const different: Set<string>[] = []
  const first: string[][] = []
  let rows = 0
  for await (const { cells } of readRows(path, { delimiter }, () => undefined, mayBeRagged)) {
    const isHeader = names === undefined && header
    names ??= columnNames(cells, header)
    if (isHeader || cells.length !== names.length) continue
    for (const [c, cell] of cells.entries()) {
      samples[c] ??= new Set()
      different[c] ??= new Set()
      if (cell.trim() !== '') different[c].add(tidy(cell))
      if (rows < firstRows) first[c] = [...(first[c] ?? []), shortened(cell.trim())]
      if (samples[c].size < samplesKept && cell.trim() !== '') samples[c].add(shortened(cell.trim()))
    }
    rows += 1
    if (rows >= sampledRows) break
  }
  return (names ?? []).map((name, c) => ({
    name,
    samples: [...(samples[c] ?? [])],
    first: first[c] ?? [],
    isNumeric: [...(different[c] ?? [])].every(isNumber),
    different: different[c]?.size ?? 0,
    rows,
  }))
}

const shortened = (text: string): string =>
  text.length > sampleLength ? `${text.slice(0, sampleLength - 1)}…` : text
