import type { StoredTensor } from '../../shared/run/messages.ts'
import { checksumOf } from './blobs.ts'
import { damagedPart } from './damage.ts'
import type { Db } from './database.ts'
import { tensorRow } from './rows.ts'

/*
 * A row a tensor, or several where SQLite's limit of a row would not hold it. Checkpoints replace each other row by row:
 * SQLite overwrites a blob of the same size in place, so the file does not grow and nothing has to be freed.
 */

/** Bytes of a tensor in a row, at most: a row may have a billion. */
const PIECE_BYTES = 1 << 28

type Owner =
  | { readonly table: 'snapshot_tensors'; readonly column: 'snapshot_id'; readonly id: number }
  | { readonly table: 'checkpoint_tensors'; readonly column: 'run_id'; readonly id: string }
  | { readonly table: 'initial_tensors'; readonly column: 'run_id'; readonly id: string }

export const ofSnapshot = (id: number): Owner => ({ table: 'snapshot_tensors', column: 'snapshot_id', id })
export const ofCheckpoint = (runId: string): Owner => ({
  table: 'checkpoint_tensors',
  column: 'run_id',
  id: runId,
})

export const ofInitial = (runId: string): Owner => ({ table: 'initial_tensors', column: 'run_id', id: runId })

/** One row: a tensor, or a piece of one. */
interface Piece extends StoredTensor {
  readonly piece: number
}

export function putTensors(
  db: Db,
  { table, column, id }: Owner,
  tensors: readonly StoredTensor[],
  pieceBytes = PIECE_BYTES,
): void {
  const pieces = tensors.flatMap((tensor) => piecesOf(tensor, pieceBytes))
  pieces.forEach((row, ordinal) => {
    db.run(
      `INSERT INTO ${table} (${column}, ordinal, name, role, shape, piece, checksum, data)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (${column}, ordinal) DO UPDATE
       SET name = excluded.name, role = excluded.role, shape = excluded.shape, piece = excluded.piece,
         checksum = excluded.checksum, data = excluded.data`,
      id,
      ordinal,
      row.name,
      row.role,
      JSON.stringify(row.shape),
      row.piece,
      checksumOfPiece(row),
      row.data,
    )
  })
  db.run(`DELETE FROM ${table} WHERE ${column} = ? AND ordinal >= ?`, id, pieces.length)
}

/** @param where "snapshot 3 of run abc"  @param wayOn what to do if it is damaged  @throws StoreError naming the tensor that is */
export function readTensors(
  db: Db,
  { table, column, id }: Owner,
  where: string,
  wayOn: string,
): StoredTensor[] {
  const rows = db.all(
    tensorRow,
    `SELECT name, role, shape, piece, checksum, data FROM ${table} WHERE ${column} = ? ORDER BY ordinal`,
    id,
  )
  const damaged = rows.find((row) => row.checksum !== null && row.checksum !== checksumOfPiece(row))
  const tensors = joined(rows)
  const short = tensors.find(({ shape, data }) => data.byteLength !== 4 * shape.reduce((a, b) => a * b, 1))
  const name = (damaged ?? short)?.name
  if (name !== undefined) throw damagedPart(where, `its tensor ${name}`, wayOn)
  return tensors
}

export const tensorBytes = (tensors: readonly StoredTensor[]): number =>
  tensors.reduce((sum, { data }) => sum + data.byteLength, 0)

function piecesOf(tensor: StoredTensor, pieceBytes: number): Piece[] {
  const count = Math.max(1, Math.ceil(tensor.data.byteLength / pieceBytes))
  return Array.from({ length: count }, (_, piece) => ({
    ...tensor,
    piece,
    data: tensor.data.subarray(piece * pieceBytes, (piece + 1) * pieceBytes),
  }))
}

function joined(pieces: readonly Piece[]): StoredTensor[] {
  const tensors: { readonly first: Piece; readonly parts: Uint8Array[] }[] = []
  for (const row of pieces) {
    if (row.piece === 0) tensors.push({ first: row, parts: [row.data] })
    else tensors.at(-1)?.parts.push(row.data)
  }
  return tensors.map(({ first: { name, role, shape, data }, parts }) => ({
    name,
    role,
    shape,
    data: parts.length === 1 ? data : Buffer.concat(parts),
  }))
}

const checksumOfPiece = ({ name, role, shape, piece, data }: Piece): number =>
  checksumOf(`${name}\0${role}\0${shape.join()}\0${piece}\0`, data)
