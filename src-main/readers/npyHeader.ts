import { show, UserError } from '../../shared/errors.ts'
import type { ByteSource } from '../datasets/byteSource.ts'

/*
 * NumPy's format (numpy.lib.format): "\x93NUMPY", major and minor version, the header's length (2 bytes in version 1,
 * 4 after), and a Python literal {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }.
 */

/** One number of an array. */
export interface NumberType {
  /** As NumPy writes it: "<f4". */
  readonly name: string
  readonly bytes: 1 | 2 | 4 | 8
  read(view: DataView, at: number): number
}

export interface NpyHeader {
  readonly type: NumberType
  readonly fortran: boolean
  readonly shape: readonly number[]
  /** Of all numbers. */
  readonly dataBytes: number
}

/** NumPy itself refuses longer ones than 10,000 unless told otherwise. */
const MAX_HEADER_BYTES = 1 << 16
const MAGIC = '\x93NUMPY'
const header =
  /^\{'descr': *(?<descr>'[^']*'|\[.*\]), *'fortran_order': *(?<fortran>True|False), *'shape': *\((?<shape>[\d, L]*)\),? *\}\s*$/

/** @throws UserError where the bytes are no such header, or claim more than `source` can hold */
export async function readNpyHeader(source: ByteSource): Promise<NpyHeader> {
  const refuse = (what: string): UserError => new UserError(`While reading ${source.name}: ${what}.`)
  if (source.atMost < 10) throw refuse('it is too short for a NumPy array; save it again with numpy.save')
  const start = await source.read(8)
  if (start.toString('latin1', 0, 6) !== MAGIC)
    throw refuse('it does not begin as a NumPy array does; save it with numpy.save')
  const major = start[6] ?? 0
  if (major < 1 || major > 3)
    throw refuse(`its format has version ${major}, and 1 to 3 are known; save it with numpy.save`)
  const length = major === 1 ? (await source.read(2)).readUInt16LE() : (await source.read(4)).readUInt32LE()
  if (length > MAX_HEADER_BYTES)
    throw refuse(`its header claims ${length} bytes, more than any array needs; it is damaged, save it again`)
  const text = (await source.read(length)).toString('latin1')
  const parts = header.exec(text)?.groups
  if (parts === undefined)
    throw refuse(`its header ${show(text.trim())} is none of NumPy's; save it again with numpy.save`)
  const { descr = '', fortran = '', shape = '' } = parts
  const type = numberType(descr, refuse)
  const axes = shape.split(',').flatMap((axis) => (axis.trim() === '' ? [] : [Number.parseInt(axis, 10)]))
  const dataBytes = axes.reduce((bytes, axis) => bytes * axis, type.bytes)
  if (axes.length === 0) throw refuse('it is a single number and no array; save one row an example')
  const held = source.atMost - 8 - length - (major === 1 ? 2 : 4)
  if (!(dataBytes <= held))
    throw refuse(
      `its header claims ${axes.join(' × ')} numbers (${dataBytes} bytes), and the file holds ${Math.max(0, held)} at most; it is cut short or damaged, save it again`,
    )
  return { type, fortran: fortran === 'True', shape: axes, dataBytes }
}

type Reads = Readonly<Record<string, (view: DataView, at: number, little: boolean) => number>>

const reads: Reads = {
  b1: (view, at) => (view.getUint8(at) === 0 ? 0 : 1),
  i1: (view, at) => view.getInt8(at),
  i2: (view, at, little) => view.getInt16(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  i8: (view, at, little) => Number(view.getBigInt64(at, little)),
  u1: (view, at) => view.getUint8(at),
  u2: (view, at, little) => view.getUint16(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  u8: (view, at, little) => Number(view.getBigUint64(at, little)),
  f2: (view, at, little) => halfToNumber(view.getUint16(at, little)),
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
}

function numberType(descr: string, refuse: (what: string) => UserError): NumberType {
  if (descr.startsWith('[')) throw refuse('it is a structured array; save each of its fields as an array')
  const name = descr.slice(1, -1)
  if (/^\|?O/.test(name))
    throw refuse(
      'it holds pickled Python objects (dtype object), which are never loaded, since a pickle can run code; save numbers, with array.astype("float32")',
    )
  const [, order = '', kind = ''] = /^([<>=|]?)([a-z]\d)$/.exec(name) ?? []
  const read = Object.hasOwn(reads, kind) ? reads[kind] : undefined
  const bytes = sizes.find((size) => String(size) === kind.slice(1))
  if (read === undefined || bytes === undefined)
    throw refuse(
      `its numbers are of type ${show(name)}; integers, booleans and floats of 2, 4 or 8 bytes are read, so save it with array.astype("float32")`,
    )
  const little = order !== '>'
  return { name, bytes, read: (view, at) => read(view, at, little) }
}

const sizes = [1, 2, 4, 8] as const

/** IEEE 754 binary16. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15))
}
