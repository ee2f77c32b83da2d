import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { show, UserError } from '../../shared/errors.ts'
import { type DatasetManifest, datasetManifest } from '../../shared/worker/protocol.ts'
import type { Catalogue } from '../datasets/index.ts'

/** The files of data sets, as workers fetch them. */
export interface DatasetFiles {
  /** @throws UserError where the data set is not here, or damaged */
  manifest(id: string): Promise<DatasetManifest>
  /** @param from the byte to begin at  @throws UserError for another name, and as `manifest` */
  file(id: string, name: string, from: number): AsyncGenerator<Uint8Array>
}

const names = datasetManifest.shape.files.element.shape.name

/** The digests of a file, remembered as long as it has the same time and size. */
interface Known {
  readonly stamp: string
  readonly sha256: string
}

export function createDatasetFiles(catalogue: Pick<Catalogue, 'resolve'>): DatasetFiles {
  const known = new Map<string, Known>()
  const folderOf = async (id: string): Promise<string> => {
    const { meta, folder } = await catalogue.resolve(id)
    // Another one may have this id for its name.
    if (meta.id !== id)
      throw new UserError(`While sending a data set: there is none with the id ${show(id)}.`)
    return folder
  }
  const describe = async (folder: string, name: (typeof names.options)[number]) => {
    const file = path.join(folder, name)
    const { size, mtimeMs } = await stat(file)
    const stamp = `${size} ${mtimeMs}`
    const before = known.get(file)
    const sha256 = before?.stamp === stamp ? before.sha256 : await digestOf(file)
    known.set(file, { stamp, sha256 })
    return { name, bytes: size, sha256 }
  }
  return {
    async manifest(id) {
      const folder = await folderOf(id)
      return { id, files: await Promise.all(names.options.map((name) => describe(folder, name))) }
    },
    async *file(id, name, from) {
      const file = names.safeParse(name)
      if (!file.success) throw new UserError(`While sending a data set: it has no file ${show(name)}.`)
      const stream = createReadStream(path.join(await folderOf(id), file.data), { start: from })
      for await (const piece of stream) if (piece instanceof Uint8Array) yield piece
    },
  }
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(file)) if (piece instanceof Uint8Array) hash.update(piece)
  return hash.digest('hex')
}
