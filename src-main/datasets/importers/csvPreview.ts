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
  let look: ReturnType<typeof createColumnsLook> | undefined
  for await (const { cells } of readRows(path, { delimiter }, () => undefined, mayBeRagged)) {
    const isHeader = look === undefined && header
    look ??= createColumnsLook(columnNames(cells, header))
    if (!isHeader && !look.add(cells)) break
  }
  return look?.columns() ?? []
}

/** What the first rows show of each column; rows of another number of cells are passed over. */
export function createColumnsLook(names: readonly string[]) {
  const samples = names.map(() => new Set<string>())
  const different = names.map(() => new Set<string>())
  const first = names.map((): string[] => [])
  let rows = 0
  return {
    /** @returns whether more rows are wanted */
    add(cells: readonly string[]): boolean {
      if (cells.length !== names.length) return true
      for (const [c, cell] of cells.entries()) {
        const text = cell.trim()
        if (rows < firstRows) first[c]?.push(shortened(text))
        if (text === '') continue
        different[c]?.add(tidy(cell))
        if ((samples[c]?.size ?? 0) < samplesKept) samples[c]?.add(shortened(text))
      }
      rows += 1
      return rows < sampledRows
    },
    columns: (): TableColumn[] =>
      names.map((name, c) => ({
        name,
        samples: [...(samples[c] ?? [])],
        first: first[c] ?? [],
        isNumeric: [...(different[c] ?? [])].every(isNumber),
        different: different[c]?.size ?? 0,
        rows,
      })),
  }
}

const shortened = (text: string): string =>
  text.length > sampleLength ? `${text.slice(0, sampleLength - 1)}…` : text
