import { basename } from 'node:path'
import type { NumpyOptions } from '../../../shared/data/importOptions.ts'
import { didYouMean } from '../../../shared/didYouMean.ts'
import { show, UserError } from '../../../shared/errors.ts'
import { openNpy } from '../../readers/npy.ts'
import { npzNames, openNpzArray } from '../../readers/npz.ts'
import type { Table } from '../../readers/table.ts'
import { peek } from '../userPaths.ts'
import { counted } from '../words.ts'

/** Examples of one part with their labels: as many rows in both. */
export interface ArrayPair {
  readonly examples: Table
  readonly labels: Table
}

export interface FoundArrays {
  readonly train: ArrayPair
  readonly test?: ArrayPair
  /** Arrays of the archive that are left. */
  readonly unused: readonly string[]
}

type ArrayOptions = Pick<NumpyOptions, 'path' | 'labels' | 'testImages' | 'testLabels' | 'arrays'>

/** Opens what the options name, or what the names of the arrays tell. @throws UserError where something is missing */
export async function openArrays(options: ArrayOptions): Promise<FoundArrays> {
  const { path, labels, testImages, testLabels, arrays } = options
  const file = basename(path)
  const { head } = await peek(path, 4)
  const isArchive = head.toString('latin1', 0, 2) === 'PK'
  if (!isArchive && arrays !== undefined)
    throw new UserError(
      `While importing ${file}: arrays: it is no archive (.npz) that has some; give the labels file.`,
    )
  if (isArchive && labels !== undefined)
    throw new UserError(
      `While importing ${file}: labels: an archive (.npz) has them itself; name its arrays instead (arrays, --arrays).`,
    )
  const test = await testFiles(file, testImages, testLabels)
  if (!isArchive) {
    if (labels === undefined)
      throw new UserError(`While importing ${file}: labels: the path of the labels file is missing; give it.`)
    const train = pairOf(await openNpy(path), await openNpy(labels))
    return { train, ...(test && { test }), unused: [] }
  }
  const names = await npzNames(path)
  const [x, y, xTest, yTest] = arrays === undefined ? rolesOf(file, names) : chosen(file, names, arrays)
  const train = pairOf(await openNpzArray(path, x), await openNpzArray(path, y))
  const unused = names.filter((name) => ![x, y, xTest, yTest].includes(name))
  if (xTest === undefined || yTest === undefined) return { train, ...(test && { test }), unused }
  if (test !== undefined)
    throw new UserError(
      `While importing ${file}: testImages: the archive has a test part itself (${show(xTest)}); give one of the two, or name its arrays (arrays, --arrays).`,
    )
  return { train, test: pairOf(await openNpzArray(path, xTest), await openNpzArray(path, yTest)), unused }
}

async function testFiles(file: string, images: string | undefined, labels: string | undefined) {
  if (images === undefined && labels === undefined) return undefined
  if (images === undefined || labels === undefined)
    throw new UserError(
      `While importing ${file}: the test part has ${images ? 'examples but no labels' : 'labels but no examples'}; give both or neither.`,
    )
  return pairOf(await openNpy(images), await openNpy(labels))
}

function pairOf(examples: Table, labels: Table): ArrayPair {
  const axes = labels.shape ?? []
  if (axes.slice(1).some((axis) => axis !== 1))
    throw new UserError(
      `While reading ${nameOf(labels)}: its shape is ${axes.join(' × ')}, and labels are one number a row; save ${axes.length === 2 ? 'y.argmax(1) if they are one-hot' : 'them so'}.`,
    )
  if (examples.rows !== labels.rows)
    throw new UserError(
      `While reading ${nameOf(examples)}: it has ${counted(examples.rows ?? 0, 'example')}, but ${nameOf(labels)} has ${counted(labels.rows ?? 0, 'label')}; check that the two belong together.`,
    )
  return { examples, labels }
}

/** A file of one array is called by its name; an array of an archive by both. */
export function nameOf({ file, columns }: Table): string {
  const [column] = columns
  return /\.npy(\.gz)?$/i.test(file) ? file : `${file} (array ${show(column?.name)})`
}

type Roles = readonly [x: string, y: string, xTest: string | undefined, yTest: string | undefined]

function chosen(file: string, names: readonly string[], wanted: readonly string[]): Roles {
  for (const name of wanted)
    if (!names.includes(name))
      throw new UserError(
        `While importing ${file}: arrays: there is no array ${show(name)}${didYouMean(name, names)}; it has ${names.join(', ')}.`,
      )
  const [x = '', y = '', xTest, yTest] = wanted
  return [x, y, xTest, yTest]
}

const exampleWords = ['x', 'data', 'image', 'images', 'feature', 'features', 'input', 'inputs', 'arr0']
const labelWords = ['y', 'label', 'labels', 'target', 'targets', 'class', 'classes', 'arr1']

/** "x_train", "trainImages" and "X" each say a role and, but for the last, a part. */
function rolesOf(file: string, names: readonly string[]): Roles {
  const find = (words: readonly string[], part: RegExp): string | undefined => {
    const found = names.filter((name) => {
      const word = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
      return part.test(word) && words.includes(word.replace(part, ''))
    })
    return found.length === 1 ? found[0] : undefined
  }
  const [train, test] = [/train(ing)?/, /test(ing)?|t10k/]
  const x = find(exampleWords, train) ?? find(exampleWords, /^/)
  const y = find(labelWords, train) ?? find(labelWords, /^/)
  const [xTest, yTest] = [find(exampleWords, test), find(labelWords, test)]
  if (x === undefined || y === undefined)
    throw new UserError(
      `While importing ${file}: arrays: their names (${names.join(', ')}) do not tell which are examples and which labels; name the two, and those of the test part if there is one (arrays, --arrays x,y).`,
    )
  return xTest === undefined || yTest === undefined ? [x, y, undefined, undefined] : [x, y, xTest, yTest]
}
