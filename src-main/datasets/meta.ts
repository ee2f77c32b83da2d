import { join } from 'node:path'
import { z } from 'zod'
import { UserError } from '../../shared/errors.ts'

/** The most a data set's examples may take, in bytes: they are read into memory whole for training. */
export const MAX_EXAMPLE_BYTES = 2 * 1024 ** 3

/** The longest side of an image, in pixels. Anything longer is a wrong header or not for training. */
export const MAX_IMAGE_SIDE = 4096

/** How one number is stored: images as 8 or 16 bits, tables as floats. */
export const dtypes = ['uint8', 'uint16', 'float32', 'float64'] as const
type Dtype = (typeof dtypes)[number]

/** The numbers of a data set in memory, one array type for each dtype. */
export type Values = Uint8Array | Uint16Array | Float32Array | Float64Array

const positive = z.int().min(1)

const fields = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{16}$/, 'must be 16 hexadecimal digits'),
  name: z.string().min(1),
  kind: z.enum(['image', 'table']),
  /** Shape of one example: [height, width, channels], or [features]. */
  shape: z.array(positive).min(1).max(3),
  dtype: z.enum(dtypes),
  classes: z.array(z.string()).min(2).max(65536),
  trainCount: positive,
  testCount: z.int().min(0),
  /** Where it came from, in words. */
  source: z.string(),
  license: z.string().optional(),
  /** Names of the features of a table, in order. */
  columns: z.array(z.string()).optional(),
})

const shapeFitsKind = (meta: z.infer<typeof fields>): boolean =>
  meta.shape.length === (meta.kind === 'image' ? 3 : 1)

/** meta.json as it stands on disk: the description, and the version of the stored form. */
export const storedMeta = fields.extend({ version: z.literal(1) }).refine(shapeFitsKind, {
  path: ['shape'],
  error: 'must be [height, width, channels] for images and [features] for a table',
})

/** What a stored data set is: shapes, counts, classes and origin. `trainCount` examples come first, then the tests. */
export type DatasetMeta = z.infer<typeof fields>

/** The three files of a stored data set. */
export const datasetFiles = (folder: string) => ({
  meta: join(folder, 'meta.json'),
  examples: join(folder, 'examples.bin'),
  labels: join(folder, 'labels.bin'),
})

/** Numbers in one example. */
export const exampleSize = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

/** Bytes of one number. */
export const bytesPerValue = (dtype: Dtype): number => arrays[dtype].BYTES_PER_ELEMENT

const arrays = {
  uint8: Uint8Array,
  uint16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
} as const

/** `bytes` (little-endian, beginning at a multiple of 8) as numbers. The memory is shared. */
export const asValues = (dtype: Dtype, { buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>): Values =>
  new arrays[dtype](buffer, byteOffset, byteLength / bytesPerValue(dtype))

/** What a raw number is multiplied with before it is normalised: images are brought to 0..1, tables stay as they are. */
export const rawScale = (dtype: Dtype): number =>
  dtype === 'uint8' ? 1 / 255 : dtype === 'uint16' ? 1 / 65_535 : 1

/**
 * Refuses what could not be trained on, before a byte of it is read or written.
 * @param doing the beginning of the error sentence, e.g. "While importing train-images-idx3-ubyte.gz"
 */
export function checkExtent(
  doing: string,
  kind: DatasetMeta['kind'],
  shape: readonly number[],
  dtype: Dtype,
  count: number,
): void {
  const [height = 0, width = 0] = shape
  if (kind === 'image' && Math.max(height, width) > MAX_IMAGE_SIDE)
    throw new UserError(
      `${doing}: images of ${height} x ${width} pixels are larger than the ${MAX_IMAGE_SIDE} x ${MAX_IMAGE_SIDE} that can be trained on; scale them down first.`,
    )
  const bytes = count * exampleSize(shape) * bytesPerValue(dtype)
  if (!(bytes <= MAX_EXAMPLE_BYTES))
    throw new UserError(
      `${doing}: ${count} examples of shape [${shape.join(', ')}] need ${gib(bytes)}, but a data set may have at most ${gib(MAX_EXAMPLE_BYTES)} because it is held in memory; use fewer or smaller examples.`,
    )
}

const gib = (bytes: number): string => `${(bytes / 1024 ** 3).toPrecision(3)} GiB`
