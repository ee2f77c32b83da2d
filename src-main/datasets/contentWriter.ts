import { show, UserError } from '../../shared/errors.ts'
import { type ContentDigests, contentId } from './contentId.ts'
import { createFileSink, type FileSink } from './fileSink.ts'
import { checkExtent, type DatasetMeta, datasetFiles, exampleSize, type Values } from './meta.ts'

export type Part = 'train' | 'test'

/** What an importer knows before its first example. */
export interface DatasetForm {
  readonly kind: DatasetMeta['kind']
  readonly shape: readonly number[]
  readonly dtype: DatasetMeta['dtype']
  readonly classes: readonly string[]
  readonly columns?: readonly string[]
}

/** Everything in meta.json but the words. */
export type ContentMeta = Omit<DatasetMeta, 'name' | 'source' | 'license'>

/** Writes examples.bin and labels.bin, and checks what goes in. */
export interface ContentWriter {
  begin(form: DatasetForm, expected?: number): Promise<void>
  append(part: Part, examples: Values, labels: ArrayLike<number>): Promise<void>
  /** @throws UserError when a class has no training example */
  finish(): Promise<ContentMeta>
  /** Closes the files, finished or not. */
  close(): Promise<void>
}

interface Sinks {
  readonly form: DatasetForm
  /** Training examples of each class so far. */
  readonly perClass: Uint32Array
  readonly examples: FileSink
  readonly labels: FileSink
}

/** @param doing the beginning of error sentences */
export function createContentWriter(folder: string, doing: string): ContentWriter {
  const count = { train: 0, test: 0 }
  let sinks: Sinks | undefined
  return {
    async begin(form, expected = 0) {
      checkForm(doing, form, expected)
      sinks = await openSinks(folder, form)
    },
    async append(part, examples, labels) {
      if (sinks === undefined) throw new Error('begin() comes before append()')
      const { shape, kind, dtype, classes } = sinks.form
      if (examples.length !== labels.length * exampleSize(shape))
        throw new Error(`${examples.length} numbers are not ${labels.length} examples`)
      if (part === 'train' && count.test > 0) throw new Error('Training examples come before test examples')
      checkLabels(doing, part, count[part], labels, classes.length)
      if (part === 'train') tally(sinks.perClass, labels)
      count[part] += labels.length
      checkExtent(doing, kind, shape, dtype, count.train + count.test)
      await sinks.examples.write(new Uint8Array(examples.buffer, examples.byteOffset, examples.byteLength))
      await sinks.labels.write(new Uint8Array(Uint16Array.from(labels).buffer))
    },
    async finish() {
      if (sinks === undefined) throw new Error('Nothing was imported')
      checkClasses(doing, sinks)
      const digests = { examples: await sinks.examples.finish(), labels: await sinks.labels.finish() }
      return describe(sinks.form, count, digests)
    },
    async close() {
      await sinks?.examples.abandon()
      await sinks?.labels.abandon()
    },
  }
}

function checkForm(doing: string, { kind, shape, dtype, classes }: DatasetForm, expected: number): void {
  if (classes.length < 2)
    throw new UserError(
      `${doing}: only ${classes.length} class was found (${show(classes)}); a classifier needs at least two.`,
    )
  checkExtent(doing, kind, shape, dtype, expected)
}

async function openSinks(folder: string, form: DatasetForm): Promise<Sinks> {
  const files = datasetFiles(folder)
  const examples = await createFileSink(files.examples)
  const labels = await createFileSink(files.labels)
  return { form, perClass: new Uint32Array(form.classes.length), examples, labels }
}

function checkClasses(doing: string, { form, perClass }: Sinks): void {
  const missing = perClass.indexOf(0)
  if (missing >= 0)
    throw new UserError(
      `${doing}: class ${show(form.classes[missing])} (label ${missing}) has no training example; add some or leave the class out.`,
    )
}

function checkLabels(
  doing: string,
  part: Part,
  from: number,
  labels: ArrayLike<number>,
  classes: number,
): void {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] ?? classes
    if (label >= classes)
      throw new UserError(
        `${doing}: ${part} example ${from + i} (counted from 0) has label ${label}, but there are ${classes} classes, 0 to ${classes - 1}; correct the labels or the class names.`,
      )
  }
}

function tally(perClass: Uint32Array, labels: ArrayLike<number>): void {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] ?? 0
    perClass[label] = (perClass[label] ?? 0) + 1
  }
}

function describe(
  { kind, shape, dtype, classes, columns }: DatasetForm,
  { train, test }: Readonly<Record<Part, number>>,
  digests: ContentDigests,
): ContentMeta {
  const content = {
    kind,
    shape: [...shape],
    dtype,
    classes: [...classes],
    ...(columns && { columns: [...columns] }),
    trainCount: train,
    testCount: test,
  }
  return { id: contentId(content, digests), ...content }
}
