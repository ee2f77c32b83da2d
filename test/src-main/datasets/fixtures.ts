import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { UserError } from '../../../shared/errors.ts'
import { createCatalogue, type ImportOptions } from '../../../src-main/datasets/index.ts'

/** A new folder that goes when the test ends. */
export async function tempFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'anneal-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** All paths below a folder, sorted; none when it is not there. */
export async function tree(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true }).catch(() => [])).sort()
}

/** Expects `work` to be refused with one sentence that matches `pattern`, and the stored data sets to be as before. */
export async function refused(home: string, work: () => Promise<unknown>, pattern: RegExp): Promise<void> {
  const datasets = join(home, 'datasets')
  const before = await tree(datasets)
  await assert.rejects(work, (error: unknown) => {
    assert.ok(error instanceof UserError, `not a UserError: ${String(error)}`)
    assertSentence(error.message)
    assert.match(error.message, pattern)
    return true
  })
  assert.deepEqual(await tree(datasets), before)
}

export type CsvChoices = Partial<Extract<ImportOptions, { format: 'csv' }>>

/** Imports text as a table whose label, unless `choices` say otherwise, is the column "kind". */
export async function importText(home: string, text: string | Uint8Array, choices: CsvChoices = {}) {
  const path = join(home, 'table.csv')
  await writeFile(path, text)
  return createCatalogue(home).import({ format: 'csv', path, label: 'kind', ...choices })
}

export function assertSentence(message: string): void {
  assert.match(message, /^While /)
  assert.match(message, /\.$/)
  assert.doesNotMatch(message, /[\n\r\0]/)
}

/** An IDX file of unsigned bytes. */
export function idx(sizes: readonly number[], values: Uint8Array, magic = 0x0800 + sizes.length): Buffer {
  const header = Buffer.alloc(4 + 4 * sizes.length)
  header.writeUInt32BE(magic)
  for (const [d, size] of sizes.entries()) header.writeUInt32BE(size, 4 + 4 * d)
  return Buffer.concat([header, values])
}

/** Bytes that differ from place to place. */
export const pattern = (length: number, offset = 0): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + offset * 17 + (i >> 5)) & 255)

/** Labels 0, 1, ..., classes - 1, 0, 1, ... */
export const cyclic = (length: number, classes: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length }, (_, i) => i % classes)

/** Writes the four IDX files (two without tests) of images 4 x 5 in 3 classes under the standard names. */
export async function writeIdxFolder(
  folder: string,
  train: number,
  test: number,
  pack: { extension: string; bytes: (raw: Buffer) => Buffer } = { extension: '', bytes: (raw) => raw },
): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const [part, count] of [
    ['train', train],
    ['t10k', test],
  ] as const) {
    if (count === 0) continue
    const images = pack.bytes(idx([count, 4, 5], pattern(count * 20, part.length)))
    const labels = pack.bytes(idx([count], cyclic(count, 3)))
    await writeFile(join(folder, `${part}-images-idx3-ubyte${pack.extension}`), images)
    await writeFile(join(folder, `${part}-labels-idx1-ubyte${pack.extension}`), labels)
  }
}

/** CIFAR records: the label bytes, then 3,072 image bytes. */
export function cifarRecords(labels: readonly (readonly number[])[]): Buffer {
  return Buffer.concat(labels.flatMap((bytes, i) => [Uint8Array.from(bytes), pattern(3072, i)]))
}

interface TarEntry {
  readonly path: string
  readonly content?: Uint8Array
  /** '0' file, '1' hard link, '2' symbolic link, '3' device, '5' folder. */
  readonly type?: string
  readonly link?: string
  /** What the header claims, when not the size of the content. */
  readonly size?: number
}

/** A ustar archive with exactly these entries, however harmful. */
export function tar(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap(({ path, content = new Uint8Array(0), type = '0', link = '', size }) => {
    const header = Buffer.alloc(512)
    header.write(path, 0, 100)
    header.write('0000644\0', 100)
    header.write('0000000\0', 108)
    header.write('0000000\0', 116)
    header.write(`${(size ?? content.length).toString(8).padStart(11, '0')}\0`, 124)
    header.write('00000000000\0', 136)
    header.write('        ', 148)
    header.write(type, 156)
    header.write(link, 157, 100)
    header.write('ustar\x0000', 257)
    const sum = header.reduce((a, b) => a + b, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}
