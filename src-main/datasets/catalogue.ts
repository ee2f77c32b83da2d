import { readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { show, UserError } from '../../shared/errors.ts'
import { EMBEDDED, embeddedOptions } from './embedded.ts'
import type { ImportOptions, OnProgress } from './importers/options.ts'
import { runImport } from './importers/run.ts'
import { isWhole, readMeta } from './open.ts'
import { dropTemp, makeTemp } from './tempFolder.ts'
import type { ImportedDataset, StoredDataset } from './writer.ts'

/** The data sets of one home folder, in `<home>/datasets/<id>`. */
export interface Catalogue {
  /** All data sets, by name; the embedded one is among them, and is stored by the first call if it was not. */
  list(): Promise<StoredDataset[]>
  /** @throws UserError for an unknown name (listing the known ones), or one that two data sets have */
  resolve(nameOrId: string): Promise<StoredDataset>
  /**
   * Nothing is left behind after an error. One thrown by `onProgress` comes out here: that is how to cancel.
   * @throws UserError for wrong options or files
   */
  import(options: ImportOptions, onProgress?: OnProgress): Promise<ImportedDataset>
  /** Deletes a data set by its id. @throws UserError when there is none */
  remove(id: string): Promise<void>
}

/** @param embeddedFolder where the shipped IDX files are, when not beside the source (a packaged app) */
export function createCatalogue(home: string, embeddedFolder?: string): Catalogue {
  const parent = join(home, 'datasets')
  const importEmbedded = () => runImport(parent, embeddedOptions(embeddedFolder), () => undefined)

  const stored = async (): Promise<StoredDataset[]> => {
    const names = await readdir(parent).catch(() => [])
    const folders = names.filter((name) => /^[0-9a-f]{16}$/.test(name)).map((name) => join(parent, name))
    const all = await Promise.all(
      folders.map(async (folder) => ({ folder, meta: await readMeta(folder).catch(() => undefined) })),
    )
    return all
      .flatMap(({ folder, meta }) => (meta ? [{ meta, folder }] : []))
      .sort((a, b) => compare(a.meta.name, b.meta.name) || compare(a.meta.id, b.meta.id))
  }

  const list = async (): Promise<StoredDataset[]> => {
    const found = await stored()
    if (found.some(({ meta }) => meta.id === EMBEDDED.id)) return found
    await importEmbedded()
    return stored()
  }

  const resolve = async (nameOrId: string): Promise<StoredDataset> => {
    if (nameOrId === EMBEDDED.name || nameOrId === EMBEDDED.id) {
      const folder = join(parent, EMBEDDED.id)
      if (!(await isWhole(folder))) await importEmbedded()
      return { meta: await readMeta(folder), folder }
    }
    const all = await list()
    const named = all.filter(({ meta }) => meta.id === nameOrId || meta.name === nameOrId)
    const [match] = named
    if (match === undefined)
      throw new UserError(
        `While looking for a data set: there is none called ${show(nameOrId)}; there are ${all.map(({ meta }) => `${meta.name} (${meta.id})`).join(', ')}.`,
      )
    if (named.length > 1)
      throw new UserError(
        `While looking for a data set: ${named.length} are called ${show(nameOrId)}; use an id: ${named.map(({ meta }) => meta.id).join(' or ')}.`,
      )
    return match
  }

  return {
    list,
    resolve,
    async import(options, onProgress = () => undefined) {
      if (options.name === EMBEDDED.name)
        throw new UserError(
          `While importing ${options.path}: the name ${EMBEDDED.name} belongs to the embedded data set; choose another.`,
        )
      return runImport(parent, options, onProgress)
    },
    async remove(id) {
      const { folder } = (await stored()).find(({ meta }) => meta.id === id) ?? {}
      if (folder === undefined)
        throw new UserError(
          `While removing a data set: there is none with the id ${show(id)}; list them first.`,
        )
      // Renamed first: a half-deleted data set is never seen under its id.
      const temp = await makeTemp(parent)
      await rename(folder, join(temp, 'removed'))
      await dropTemp(temp)
    },
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
