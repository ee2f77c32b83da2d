import { createHash } from 'node:crypto'
import { mkdir, open, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { show, UserError } from '../../shared/errors.ts'
import { createFileSink, type FileSink } from './fileSink.ts'
import { checkExtent, type DatasetMeta, datasetFiles, exampleSize, storedMeta } from './meta.ts'
import { isWhole, readMeta } from './open.ts'
import { dropTemp, makeTemp, sweepTemps } from './tempFolder.ts'

export type Part = 'train' | 'test'

/** What an importer knows before its first example. */
export interface DatasetForm {
  readonly kind: DatasetMeta['kind']
  readonly shape: readonly number[]
  readonly dtype: DatasetMeta['dtype']
  readonly classes: readonly string[]
  readonly columns?: readonly string[]
}

/** Takes the examples of one import, training part first. */
export interface DatasetWriter {
  /** A folder for files of the importer's own; it goes when the import ends. */
  readonly scratch: string
  /** Says what is coming. `expected`: number of examples, when known, so that too many are refused at once. */
  begin(form: DatasetForm, expected?: number): Promise<void>
  /** Appends whole examples, row-major, and their labels (indices into `classes`). */
  append(part: Part, examples: Uint8Array | Float32Array, labels: ArrayLike<number>): Promise<void>
}

export interface StoredDataset {
  readonly meta: DatasetMeta
  readonly folder: string
}

export interface ImportedDataset extends StoredDataset {
  /** The same content was there before; it keeps the name it had. */
  readonly alreadyStored: boolean
}

interface Description {
  readonly name: string
  readonly source: string
  readonly license?: string
}

/**
 * Stores what `produce` writes as `<parent>/<id>`, the id being the first 16 hexadecimal digits of a sha256 over shape,
 * classes, examples and labels. All is written to a temp folder beside, flushed, and renamed into place, so a data set
 * is there whole or not at all, whatever error or kill comes between.
 * @param doing the beginning of error sentences
 */
export async function storeDataset(
  parent: string,
  doing: string,
  describe: Description,
  produce: (writer: DatasetWriter) => Promise<void>,
): Promise<ImportedDataset> {
  await mkdir(parent, { recursive: true })
  await sweepTemps(parent)
  const temp = await makeTemp(parent)
  const content = join(temp, 'content')
  const scratch = join(temp, 'scratch')
  const recorder = createRecorder(content, doing)
  try {
    await mkdir(content)
    await mkdir(scratch)
    await produce({ scratch, begin: recorder.begin, append: recorder.append })
    const meta = { ...(await recorder.finish()), ...describe }
    const text = `${JSON.stringify(storedMeta.parse({ version: 1, ...meta }), null, 2)}\n`
    await writeFile(datasetFiles(content).meta, text, { flush: true, flag: 'wx' })
    return await moveIntoPlace(content, parent, meta, temp)
  } finally {
    await recorder.abandon()
    await dropTemp(temp)
  }
}

type Counted = Omit<DatasetMeta, keyof Description>

function createRecorder(content: string, doing: string) {
  const files = datasetFiles(content)
  const count = { train: 0, test: 0 }
  let form: DatasetForm | undefined
  let sinks: { examples: FileSink; labels: FileSink } | undefined
  let perClass = new Uint32Array(0)
  return {
    async begin(given: DatasetForm, expected = 0): Promise<void> {
      if (given.classes.length < 2)
        throw new UserError(
          `${doing}: only ${given.classes.length} class was found (${show(given.classes)}); a classifier needs at least two.`,
        )
      checkExtent(doing, given.kind, given.shape, given.dtype, expected)
      form = given
      perClass = new Uint32Array(given.classes.length)
      sinks = {
        examples: await createFileSink(files.examples),
        labels: await createFileSink(files.labels),
      }
    },
    async append(part: Part, examples: Uint8Array | Float32Array, labels: ArrayLike<number>): Promise<void> {
      if (form === undefined || sinks === undefined) throw new Error('begin() comes before append()')
      if (examples.length !== labels.length * exampleSize(form.shape))
        throw new Error(`${examples.length} numbers are not ${labels.length} examples`)
      if (part === 'train' && count.test > 0) throw new Error('Training examples come before test examples')
      for (let i = 0; i < labels.length; i++) {
        const label = labels[i] ?? -1
        if (!(label < form.classes.length))
          throw new UserError(
            `${doing}: ${part} example ${count[part] + i} (counted from 0) has label ${label}, but there are ${form.classes.length} classes, 0 to ${form.classes.length - 1}; correct the labels or the class names.`,
          )
        if (part === 'train') perClass[label] = (perClass[label] ?? 0) + 1
      }
      count[part] += labels.length
      checkExtent(doing, form.kind, form.shape, form.dtype, count.train + count.test)
      await sinks.examples.write(new Uint8Array(examples.buffer, examples.byteOffset, examples.byteLength))
      await sinks.labels.write(new Uint8Array(Uint16Array.from(labels).buffer))
    },
    async finish(): Promise<Counted> {
      if (form === undefined || sinks === undefined) throw new Error('Nothing was imported')
      const missing = perClass.indexOf(0)
      if (missing >= 0)
        throw new UserError(
          `${doing}: class ${show(form.classes[missing])} (label ${missing}) has no training example; add some or leave the class out.`,
        )
      const digests = [await sinks.examples.finish(), await sinks.labels.finish()]
      const { classes, columns, ...rest } = form
      const counted = {
        ...rest,
        shape: [...form.shape],
        classes: [...classes],
        ...(columns && { columns: [...columns] }),
        trainCount: count.train,
        testCount: count.test,
      }
      return { id: contentId(counted, digests), ...counted }
    },
    abandon: () => Promise.all([sinks?.examples.abandon(), sinks?.labels.abandon()]),
  }
}

/** Names and words are not content: the same examples under another name are the same data set. */
function contentId(form: Omit<Counted, 'id'>, digests: readonly string[]): string {
  const { kind, shape, dtype, classes, columns, trainCount, testCount } = form
  const content = [kind, shape, dtype, classes, columns ?? null, trainCount, testCount, digests]
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16)
}

async function moveIntoPlace(
  content: string,
  parent: string,
  meta: DatasetMeta,
  temp: string,
): Promise<ImportedDataset> {
  const folder = join(parent, meta.id)
  const existing = async (): Promise<ImportedDataset | undefined> =>
    (await isWhole(folder)) ? { meta: await readMeta(folder), folder, alreadyStored: true } : undefined
  const before = await existing()
  if (before) return before
  // A damaged copy (a truncated file, say) makes room for the good one.
  await rename(folder, join(temp, 'damaged')).catch(() => undefined)
  await syncFolder(content)
  try {
    await rename(content, folder)
  } catch (error) {
    // Another process may have stored the same content a moment ago.
    const meanwhile = await existing()
    if (meanwhile) return meanwhile
    throw error
  }
  await syncFolder(parent)
  return { meta, folder, alreadyStored: false }
}

/** Makes the names in a folder durable. Windows has no such call, and needs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  await using handle = await open(folder)
  await handle.sync()
}
