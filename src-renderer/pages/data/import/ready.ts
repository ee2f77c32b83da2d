import { queryClient } from '../../../client.ts'
import { errorWords } from '../../../components/errorWords.ts'
import { columnsQuery } from './columns.ts'
import { type Draft, optionsOf, type RawOptions } from './draft.ts'
import { folderQuery } from './FolderBrowser.tsx'
import { mistakesIn } from './mistakes.ts'

/** Why a form cannot be sent. */
export interface Blocked {
  /** A sentence for the person who pressed the button. */
  readonly words: string
  /** The field that it is about, where the form does not mark it by itself. */
  readonly field?: 'format'
}

/**
 * What a filled form asks for, or what stands in its way. The path is looked at anew: Enter may come before the form has
 * done so.
 */
export async function readyOptions(draft: Draft): Promise<Blocked | { readonly options: RawOptions }> {
  const path = draft.path.trim()
  if (path === '') return { words: 'Give the file or folder first.' }
  const look = await queryClient.fetchQuery(folderQuery(path)).catch(asBlocked)
  if ('words' in look) return look
  const format = draft.format ?? look.format
  if (format === null)
    return {
      words: `${look.problem ?? 'It cannot be told what this is.'} Or choose under “Read as” what it is.`,
      field: 'format',
    }
  const table = format === 'csv' || format === 'parquet' ? await tableProblem(draft) : undefined
  if (table !== undefined) return table
  const options = optionsOf(draft, format)
  const wrong = Object.keys(mistakesIn(options, format)).length
  return wrong === 0 ? { options } : { words: wrongWords(wrong) }
}

/** What is wrong with the first rows of a table would be wrong with the import. */
async function tableProblem(draft: Draft): Promise<Blocked | undefined> {
  // A wrong delimiter is told beside its field.
  if (mistakesIn(optionsOf(draft, 'csv'), 'csv').delimiter !== undefined) return undefined
  const columns = await queryClient.fetchQuery(columnsQuery(draft)).catch(asBlocked)
  return 'words' in columns ? columns : undefined
}

const asBlocked = (error: unknown): Blocked => ({ words: errorWords(error) })

const wrongWords = (fields: number): string =>
  fields === 1
    ? 'One field of the form needs a change: it is marked.'
    : `${fields} fields of the form need a change: they are marked.`
