import assert from 'node:assert/strict'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import sharp from 'sharp'
import { UserError } from '../../../../shared/errors.ts'
import { createCatalogue, type ImportOptions, openDataset } from '../../../../src-main/datasets/index.ts'
import { assertSentence, cifarRecords, cyclic, idx, pattern, tar, tempFolder, tree } from '../fixtures.ts'

/** What happens to a file on its way: bytes changed, a piece cut out, a piece put in twice. */
interface Damage {
  readonly changes: readonly (readonly [at: number, value: number])[]
  readonly cut: readonly [at: number, length: number]
  readonly repeat: readonly [at: number, length: number]
}

// Without fast-check's liking for the extremes: most damage would be to the first byte.
const part = fc.noBias(fc.nat(1000).map((n) => n / 1000))
// Headers stand at the beginning: some of the places are among the first 64 bytes.
const place = fc.oneof(
  { weight: 3, arbitrary: part },
  { weight: 1, arbitrary: fc.nat(63).map((n) => -n - 1) },
)
// Half of the values mean something in a table.
const value = fc.oneof(
  fc.nat(255),
  fc.constantFrom(...'0a,;"\n -.e').map((letter) => letter.charCodeAt(0)),
)
const damage: fc.Arbitrary<Damage> = fc.record({
  changes: fc.array(fc.tuple(place, value), { maxLength: 3 }),
  cut: fc.tuple(part, fc.oneof(fc.constant(0), part)),
  repeat: fc.tuple(part, fc.oneof(fc.constant(0), part)),
})

function apply(bytes: Buffer, { changes, cut, repeat }: Damage): Buffer {
  const n = bytes.length
  const damaged = Buffer.from(bytes)
  for (const [at, value] of changes) damaged[at < 0 ? -at - 1 : Math.floor(at * n)] = value
  const [cutAt, cutLength] = cut.map((x) => Math.floor(x * n))
  const [again, repeated] = repeat.map((x) => Math.floor(x * n))
  const piece = damaged.subarray(again, (again ?? 0) + (repeated ?? 0))
  const shorter = Buffer.concat([
    damaged.subarray(0, cutAt),
    damaged.subarray((cutAt ?? 0) + (cutLength ?? 0)),
  ])
  return Buffer.concat([shorter.subarray(0, again), piece, shorter.subarray(again)])
}

const images = idx([12, 4, 5], pattern(240))
const labels = idx([12], cyclic(12, 3))
const archive = tar([
  { path: 'c/batches.meta.txt', content: Buffer.from('a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n') },
  { path: 'c/data_batch_1.bin', content: cifarRecords([...cyclic(10, 10)].map((label) => [label])) },
  { path: 'c/test_batch.bin', content: cifarRecords([[3]]) },
])
const table = Buffer.from(
  `size,kind,"the colour"\n${Array.from({ length: 20 }, (_, i) => `${i / 3},k${i % 2},"${['red', 'dark ""blue""', 'a,b'][i % 3]}"`).join('\n')}\n`,
)
const fixture = (name: string) => readFile(join(import.meta.dirname, 'files', name))
const picture = (format: 'png' | 'jpeg') =>
  sharp(pattern(16 * 16 * 3), { raw: { height: 16, width: 16, channels: 3 } })
    .toFormat(format)
    .toBuffer()

/** Each importer with one whole file, and the name it gets in the source folder. */
const subjects: {
  name: string
  runs: number
  file: string
  bytes: () => Buffer | Promise<Buffer>
  others?: () => Promise<Record<string, Uint8Array>>
  options: (source: string) => ImportOptions
}[] = [
  ...[images, gzipSync(images)].map((bytes, i) => ({
    name: i === 0 ? 'IDX images' : 'gzipped IDX images',
    runs: 100,
    file: 'train-images-idx3-ubyte',
    bytes: () => bytes,
    others: async () => ({ 'train-labels-idx1-ubyte': labels }),
    options: (path: string): ImportOptions => ({ format: 'idx', path }),
  })),
  {
    name: 'IDX labels',
    runs: 100,
    file: 'train-labels-idx1-ubyte',
    bytes: () => labels,
    others: async () => ({ 'train-images-idx3-ubyte': images }),
    options: (path) => ({ format: 'idx', path }),
  },
  ...[archive, gzipSync(archive)].map((bytes, i) => ({
    name: i === 0 ? 'a CIFAR archive' : 'a gzipped CIFAR archive',
    runs: 100,
    file: 'cifar.tar',
    bytes: () => bytes,
    options: (path: string): ImportOptions => ({ format: 'cifar', path: join(path, 'cifar.tar') }),
  })),
  {
    name: 'a CSV table',
    runs: 200,
    file: 'table.csv',
    bytes: () => table,
    options: (path) => ({ format: 'csv', path: join(path, 'table.csv'), label: 'kind' }),
  },
  {
    name: 'a CSV table of pixels',
    runs: 30,
    file: 'pixels.csv',
    bytes: () =>
      Buffer.from(Array.from({ length: 6 }, (_, i) => `${i % 2},${pattern(64, i).join(',')}\n`).join('')),
    options: (path) => ({
      format: 'csv',
      path: join(path, 'pixels.csv'),
      label: 0,
      header: false,
      as: 'images',
    }),
  },
  {
    name: 'a Parquet table',
    runs: 40,
    file: 'table.parquet',
    bytes: () => fixture('mixed-index.parquet'),
    options: (path) => ({
      format: 'parquet',
      path: join(path, 'table.parquet'),
      label: 'kind',
      without: ['id', 'when', 'day'],
    }),
  },
  ...['keras.npz', 'med.npz'].map((name) => ({
    name: `NumPy's ${name}`,
    runs: 20,
    file: name,
    bytes: () => fixture(name),
    options: (path: string): ImportOptions => ({ format: 'numpy', path: join(path, name) }),
  })),
  {
    name: 'a NumPy file',
    runs: 20,
    file: 'x.npy',
    bytes: () => fixture('x.npy'),
    others: async () => ({ 'y.npy': await fixture('y.npy') }),
    options: (path) => ({ format: 'numpy', path: join(path, 'x.npy'), labels: join(path, 'y.npy') }),
  },
  ...(['png', 'jpeg'] as const).map((format) => ({
    name: `a ${format} image`,
    runs: 100,
    file: `a/1.${format}`,
    bytes: () => picture(format),
    others: async () => ({ 'b/1.png': await picture('png') }),
    options: (path: string): ImportOptions => ({ format: 'images', path }),
  })),
]

describe('a damaged file is imported or refused in one sentence, and nothing is left of it', () => {
  for (const subject of subjects)
    test(subject.name, async (t) => {
      const home = await tempFolder(t)
      const source = join(home, 'source')
      for (const folder of ['a', 'b']) await mkdir(join(source, folder), { recursive: true })
      for (const [name, bytes] of Object.entries((await subject.others?.()) ?? {}))
        await writeFile(join(source, name), bytes)
      const whole = await subject.bytes()
      const datasets = join(home, 'datasets')
      const catalogue = createCatalogue(home)
      const attempt = async (bytes: Buffer): Promise<void> => {
        await writeFile(join(source, subject.file), bytes)
        try {
          const { folder } = await catalogue.import(subject.options(source))
          await openDataset(folder)
          await rm(folder, { recursive: true })
        } catch (error) {
          assert.ok(
            error instanceof UserError,
            `not a UserError: ${error instanceof Error ? error.stack : error}`,
          )
          assertSentence(error.message)
        }
        assert.deepEqual(await tree(datasets), [])
      }
      await fc.assert(
        fc.asyncProperty(damage, (how) => attempt(apply(whole, how))),
        { numRuns: subject.runs },
      )
    })
})
