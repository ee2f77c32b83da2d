import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { permutation, random } from '../shared/random.ts'
import { openBytes } from '../src-main/datasets/byteSource.ts'
import { readIdxHeader } from '../src-main/datasets/importers/idx.ts'

/** How many examples of each class go into each part. */
export interface PerClass {
  readonly train: number
  readonly test: number
}

/**
 * Draws `perClass` examples of each class: of the class's examples in their order of appearance, the ones that a
 * permutation seeded by (seed, part, class) puts first. @returns their indices, ascending
 * @throws Error when a class has too few
 */
export function chooseBalanced(
  labels: Uint8Array,
  perClass: number,
  seed: number,
  part: string,
): Uint32Array {
  const chosen: number[] = []
  for (const c of new Set(labels)) {
    const own = [...labels.keys()].filter((i) => labels[i] === c)
    if (own.length < perClass) throw new Error(`Class ${c} has ${own.length} examples, not ${perClass}`)
    const order = permutation(own.length, random(seed, `embedded-${part}`, c)).subarray(0, perClass)
    for (const at of order) chosen.push(own[at] ?? 0)
  }
  return Uint32Array.from(chosen).sort()
}

/** Writes a class-balanced part of the four IDX files in `source` to `target`, gzipped, under the same names. */
export async function makeEmbedded(
  source: string,
  target: string,
  perClass: PerClass,
  seed: number,
): Promise<void> {
  await mkdir(target, { recursive: true })
  for (const part of ['train', 'test'] as const) {
    const prefix = part === 'train' ? 'train' : 't10k'
    const names = [`${prefix}-images-idx3-ubyte.gz`, `${prefix}-labels-idx1-ubyte.gz`] as const
    const images = await readIdx(join(source, names[0]), 3)
    const labels = await readIdx(join(source, names[1]), 1)
    const chosen = chooseBalanced(labels.values, perClass[part], seed, part)
    for (const [name, file] of [
      [names[0], images],
      [names[1], labels],
    ] as const)
      await writeFile(join(target, name), gzipSync(pick(file, chosen), { level: 9 }))
  }
}

interface IdxFile {
  readonly sizes: readonly number[]
  readonly values: Uint8Array
}

async function readIdx(path: string, dimensions: number): Promise<IdxFile> {
  await using source = await openBytes(path)
  const sizes = await readIdxHeader(source, dimensions)
  const values = await source.read(sizes.reduce((a, b) => a * b, 1))
  await source.expectEnd()
  return { sizes, values }
}

/** The chosen items of an IDX file as an IDX file. */
function pick({ sizes, values }: IdxFile, chosen: Uint32Array): Uint8Array {
  const [, ...itemSizes] = sizes
  const itemBytes = itemSizes.reduce((a, b) => a * b, 1)
  const header = Buffer.alloc(4 + 4 * sizes.length)
  header.writeUInt32BE(0x0800 + sizes.length)
  for (const [d, size] of [chosen.length, ...itemSizes].entries()) header.writeUInt32BE(size, 4 + 4 * d)
  const items = Array.from(chosen, (i) => values.subarray(i * itemBytes, (i + 1) * itemBytes))
  return Buffer.concat([header, ...items])
}

if (import.meta.main) {
  const [source, target] = process.argv.slice(2)
  if (source === undefined || target === undefined) {
    console.error('Usage: node .ci/makeEmbedded.ts <folder of Fashion-MNIST> <target folder>')
    process.exitCode = 2
  } else await makeEmbedded(source, target, { train: 1000, test: 200 }, 12)
}
