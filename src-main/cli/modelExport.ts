import path from 'node:path'
import type { ExportedFile } from '../export/model.ts'
import { refuseToOverwrite, writeFileWhole } from './files.ts'

/** A model's one file at `out`, or its files in that folder. All or nothing: none is written where one would be in the way. */
export async function writeModel(
  files: readonly ExportedFile[],
  out: string,
  force: boolean,
): Promise<{ file: string; bytes: number }[]> {
  const placed = files.map(({ name, chunks }) => ({
    file: name === undefined ? out : path.join(out, name),
    chunks,
  }))
  for (const { file } of placed) refuseToOverwrite(file, force)
  const written = []
  for (const { file, chunks } of placed) written.push(await writeFileWhole(file, chunks, force))
  return written
}
