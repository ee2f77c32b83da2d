import type { FileMetaData, SchemaTree } from 'hyparquet'
import { parquetSchema } from 'hyparquet'
import {
  getMaxDefinitionLevel,
  getMaxRepetitionLevel,
  getTreePath,
  isListLike,
} from 'hyparquet/src/schema.js'
import { UserError } from '../../shared/errors.ts'
import { MAX_WIDTH, type TableColumn } from './table.ts'

const numbers: readonly (string | undefined)[] = ['BOOLEAN', 'INT32', 'INT64', 'FLOAT', 'DOUBLE']
const times = /^(DATE|TIME|TIMESTAMP|INTERVAL)/

/** pandas keeps the names of its rows in such a column. */
export const isIndex = (name: string): boolean => /^__index_level_\d+__$/.test(name)

/** Columns of numbers, of text and of lists of numbers; nested ones of other kinds are none. */
export function parquetColumns(file: string, metadata: FileMetaData): TableColumn[] {
  return parquetSchema(metadata).children.flatMap((child): TableColumn[] => {
    const { name } = child.element
    if (isIndex(name)) return []
    if (child.children.length === 0) return [{ name, kind: kindOf(child), width: 1 }]
    const [item] = child.children[0]?.children ?? []
    if (!isListLike(child) || item === undefined || kindOf(item) !== 'number') return []
    return [{ name, kind: 'number', width: listWidth(file, metadata, name) }]
  })
}

function kindOf({ element, children }: SchemaTree): TableColumn['kind'] {
  const logical = element.logical_type?.type
  if (children.length > 0 || times.test(element.converted_type ?? '') || times.test(logical ?? ''))
    return 'text'
  return numbers.includes(element.type) || logical === 'FLOAT16' || logical === 'DECIMAL' ? 'number' : 'text'
}

/** The length that all lists must have, by the counts in the footer. */
function listWidth(file: string, metadata: FileMetaData, name: string): number {
  const values = metadata.row_groups
    .flatMap(({ columns }) => columns)
    .filter(({ meta_data }) => meta_data?.path_in_schema[0] === name)
    .reduce((sum, { meta_data }) => sum + Number(meta_data?.num_values ?? 0), 0)
  const width = values / Number(metadata.num_rows)
  if (!Number.isInteger(width) || width < 1 || width > MAX_WIDTH)
    throw new UserError(
      `While reading ${file}: column ${JSON.stringify(name)} has ${values} numbers in ${metadata.num_rows} lists, which cannot all be of one length from 1 to ${MAX_WIDTH}; give every row as many.`,
    )
  return width
}

/** The highest levels of a stored column. */
export function levelsOf(metadata: FileMetaData, path: string[]): { repetition: number; definition: number } {
  const places = getTreePath(parquetSchema(metadata), path)
  return { repetition: getMaxRepetitionLevel(places), definition: getMaxDefinitionLevel(places) }
}
