import { z } from 'zod'
import {
  cifarOptions,
  csvOptions,
  type ImportFormat,
  idxOptions,
  imagesOptions,
  numpyOptions,
  parquetOptions,
} from '../../../../shared/data/importOptions.ts'
import { parseOrExplain, UserError } from '../../../../shared/errors.ts'
import { fieldOf } from '../../../components/errorWords.ts'
import { pathFields, type RawOptions } from './draft.ts'

/** What is wrong with each field, by its name in the import options. */
export type Mistakes = Readonly<Record<string, string>>

const schemas: Readonly<Record<ImportFormat, z.ZodObject>> = {
  idx: idxOptions,
  cifar: cifarOptions,
  csv: csvOptions,
  parquet: parquetOptions,
  numpy: numpyOptions,
  images: imagesOptions,
}

/** Each field by the rules that the host goes by, so that all that is wrong is told at once. */
export function mistakesIn(options: RawOptions, format: ImportFormat): Mistakes {
  const found = Object.entries(schemas[format].shape).flatMap(([field, rule]) => {
    const words = mistakeIn(z.object({ [field]: rule }), field, options)
    return words === undefined ? [] : [[field, words]]
  })
  return Object.fromEntries(found)
}

function mistakeIn(schema: z.ZodObject, field: string, options: RawOptions): string | undefined {
  const own = Object.hasOwn(options, field) ? { [field]: options[field] } : {}
  try {
    parseOrExplain(schema, own, 'importing')
    return undefined
  } catch (error) {
    if (error instanceof UserError) return sentence(fieldOf(error.message, [field])?.[1] ?? error.message)
    throw error
  }
}

/** The field that a refusal of the host speaks of, and what it says; undefined where it is about the data as a whole. */
export function placeOf(refusal: string, options: RawOptions): readonly [string, string] | undefined {
  const named = fieldOf(refusal, Object.keys(options).concat('labels', 'label'))
  if (named !== undefined) return [named[0], sentence(named[1])]
  const [, what = ''] = /^While (?:.+?): (.+)$/s.exec(refusal) ?? []
  const opened = pathFields.find(
    (field) => typeof options[field] === 'string' && refusal.startsWith(`While opening ${options[field]}: `),
  )
  if (opened !== undefined) return [opened, sentence(what.replace(/^(\/|\\).*?: /s, ''))]
  if (/: the name .+ belongs to /.test(refusal)) return ['name', sentence(what)]
  const [, column] =
    /there is no column "?(.+?)"?(?: \(did you mean .+?\?\))?; give a name/.exec(refusal) ?? []
  if (column !== undefined) return [fieldOfColumn(column, options), sentence(what)]
  if (/ is to be left out[, ]/.test(refusal)) return ['without', sentence(what)]
  return undefined
}

function fieldOfColumn(column: string, { label, without }: RawOptions): string {
  if (column === label) return 'label'
  return Array.isArray(without) && without.includes(column) ? 'without' : 'categorical'
}

const sentence = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1)
