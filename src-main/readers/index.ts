import { basename } from 'node:path'
import { UserError } from '../../shared/errors.ts'
import { peek } from '../datasets/userPaths.ts'
import { openCsv } from './csvTable.ts'
import { openNpy } from './npy.ts'
import { openNpz } from './npz.ts'
import type { Table } from './table.ts'

export type { Table } from './table.ts'

/**
 * The tables in a file: several of .npz, one of the others. Told by the first bytes; what begins like none of them is CSV
 * where its name says so.
 * @throws UserError where it is none, or is damaged where that shows at once
 */
export async function openTables(path: string): Promise<Table[]> {
  const { head } = await peek(path, 6)
  const start = head.toString('latin1')
  const name = basename(path)
  // An empty file has a name only.
  if (start.startsWith('\x93NUMPY') || /\.npy(\.gz)?$/i.test(name)) return [await openNpy(path)]
  if (start.startsWith('PK') || /\.npz$/i.test(name)) return openNpz(path)
  if (start.startsWith('PAR1') || /\.(parquet|pq)$/i.test(name))
    return [await (await import('./parquet.ts')).openParquet(path)]
  if (/\.(csv|txt)$/i.test(name)) return [await openCsv(path)]
  throw new UserError(
    `While opening ${name}: it is no table that is read here; give a .npy, .npz, .parquet or .csv file.`,
  )
}
