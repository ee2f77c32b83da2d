import { UserError } from '../../shared/errors.ts'
import { type ByteSource, openBytes } from '../datasets/byteSource.ts'
import { type NpyHeader, readNpyHeader } from './npyHeader.ts'
import { BATCH_CELLS, MAX_WIDTH, type Table, type TableBatch } from './table.ts'

/** Of an array in Fortran order, whose rows lie apart, all is held. */
const MAX_FORTRAN_BYTES = 1 << 28

/** @throws UserError where it is no NumPy array of numbers */
export async function openNpy(path: string): Promise<Table> {
  return openArray(() => openBytes(path), undefined)
}

/**
 * @param open gives its bytes from the start, each time anew
 * @param name of an array in an archive; that of the file when undefined
 */
export async function openArray(open: () => Promise<ByteSource>, name: string | undefined): Promise<Table> {
  await using source = await open()
  const header = await readNpyHeader(source)
  const [rows = 0, ...axes] = header.shape
  const width = axes.reduce((product, axis) => product * axis, 1)
  const refuse = (what: string): UserError => new UserError(`While reading ${source.name}: ${what}.`)
  if (rows === 0 || width === 0)
    throw refuse(`its shape ${header.shape.join(' × ')} has no numbers in it; save an array with examples`)
  if (width > MAX_WIDTH)
    throw refuse(
      `a row of it has ${width} numbers (shape ${header.shape.join(' × ')}), more than ${MAX_WIDTH}; save one row an example`,
    )
  if (header.fortran && header.shape.length > 1 && header.dataBytes > MAX_FORTRAN_BYTES)
    throw refuse(
      `its columns lie one after the other (Fortran order) in ${header.dataBytes} bytes, more than ${MAX_FORTRAN_BYTES}; save numpy.ascontiguousarray of it`,
    )
  return {
    file: source.name,
    rows,
    columns: [{ name: name ?? source.name.replace(/\.npy(\.gz)?$/i, ''), kind: 'number', width }],
    shape: header.shape,
    dtype: header.type.name,
    batches: () => readBatches(open, rows, width),
  }
}

async function* readBatches(
  open: () => Promise<ByteSource>,
  rows: number,
  width: number,
): AsyncGenerator<TableBatch> {
  await using source = await open()
  const header = await readNpyHeader(source)
  const isApart = header.fortran && header.shape.length > 1
  const most = isApart ? rows : Math.max(1, Math.floor(BATCH_CELLS / width))
  for (let start = 0; start < rows; start += most) {
    const count = Math.min(most, rows - start)
    const bytes = await source.read(count * width * header.type.bytes)
    const numbers = decode(bytes, header, count * width)
    yield { start, rows: count, columns: [isApart ? toRowMajor(numbers, header.shape) : numbers] }
  }
  await source.expectEnd()
}

function decode(bytes: Buffer, { type }: NpyHeader, count: number): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const numbers = new Float64Array(count)
  for (let n = 0; n < count; n++) numbers[n] = type.read(view, n * type.bytes)
  return numbers
}

/** From the first axis fastest to the last axis fastest. */
function toRowMajor(numbers: Float64Array, shape: readonly number[]): Float64Array {
  const out = new Float64Array(numbers.length)
  const index = new Array<number>(shape.length).fill(0)
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, size) => product * size, 1))
  let from = 0
  for (let to = 0; to < out.length; to++) {
    out[to] = numbers[from] ?? Number.NaN
    // The next place in row-major order, as an odometer counts.
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const stride = strides[axis] ?? 0
      const at = (index[axis] ?? 0) + 1
      from += stride
      if (at < (shape[axis] ?? 0)) {
        index[axis] = at
        break
      }
      index[axis] = 0
      from -= at * stride
    }
  }
  return out
}
