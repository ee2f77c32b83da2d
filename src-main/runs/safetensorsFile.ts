import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { show, UserError, wordsOf } from '../../shared/errors.ts'
import type { StoredTensor } from '../../shared/run/messages.ts'

/*
 * Weights out of a safetensors file: the format is described in src-main/export/safetensors.ts. As the format demands, the
 * tensors must fill the file without gap or overlap, so that nothing in it goes unread.
 */

/** Bytes of a file, at most: it is held in memory while it is read. */
const mostBytes = 2 ** 30
/** Bytes of the header, at most: some hundred thousand tensors. */
const mostHeaderBytes = 2 ** 24
const mostDimensions = 8

const bytesPerNumber = { F64: 8, F32: 4, F16: 2, BF16: 2 } as const
type DType = keyof typeof bytesPerNumber

const size = z.int().min(0)
const entrySchema = z.object({
  dtype: z.string().max(16),
  shape: z.array(size).max(mostDimensions),
  data_offsets: z.tuple([size, size]),
})

export interface WeightsFile {
  /** Its name without the folder. */
  readonly name: string
  readonly sha256: string
  /** As little-endian float32, in the order of their bytes in the file. */
  readonly tensors: readonly StoredTensor[]
}

/** @throws UserError where it cannot be read, or breaks a rule of the format */
export function readSafetensorsFile(file: string): WeightsFile {
  const doing = `While reading the weights of ${show(path.basename(file))}`
  const bytes = contentOf(file, doing)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { name: path.basename(file), sha256, tensors: readSafetensors(bytes, doing) }
}

function contentOf(file: string, doing: string): Uint8Array {
  try {
    const found = statSync(file)
    if (!found.isFile()) throw new UserError(`${doing}: it is no file; give a safetensors file.`)
    if (found.size > mostBytes)
      throw new UserError(
        `${doing}: it has ${found.size} bytes, and at most ${mostBytes} are read; save the weights of one model alone.`,
      )
    return readFileSync(file)
  } catch (error) {
    if (error instanceof UserError) throw error
    const reason = wordsOf(error)
    throw new UserError(`${doing}: it cannot be read (${reason}); check its path.`, { cause: error })
  }
}

/** @param doing "While reading the weights of m.safetensors" @throws UserError where the bytes break a rule of the format */
export function readSafetensors(bytes: Uint8Array, doing: string): StoredTensor[] {
  const refuse = (what: string, wayOn = 'save it anew with the safetensors library'): never => {
    throw new UserError(`${doing}: ${what}; ${wayOn}.`)
  }
  if (bytes.byteLength < 8) return refuse(`it has ${bytes.byteLength} bytes, too few for a safetensors file`)
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)
  if (length > mostHeaderBytes || length > bytes.byteLength - 8)
    return refuse(
      `its first eight bytes announce a header of ${length} bytes, which it does not have or is too long`,
      'give a whole safetensors file',
    )
  const header = bytes.subarray(8, 8 + Number(length))
  const body = bytes.subarray(8 + Number(length))
  const entries = entriesOf(header, refuse)
  entries.sort((a, b) => a.from - b.from || a.to - b.to)
  let at = 0
  return entries
    .map(({ name, dtype, shape, from, to }) => {
      const where = `tensor ${show(name)}`
      if (from !== at) refuse(`${where} begins at byte ${from} of the data, where ${at} must be`)
      if (to > body.byteLength) refuse(`${where} ends at byte ${to}, and the data have ${body.byteLength}`)
      const numbers = shape.reduce((product, each) => product * each, 1)
      if (to - from !== numbers * bytesPerNumber[dtype])
        refuse(`${where} of shape [${shape}] in ${dtype} has ${to - from} bytes`)
      at = to
      const data = float32Of(body.subarray(from, to), dtype)
      if (!data.every(Number.isFinite))
        refuse(`${where} holds NaN, an infinity or a number beyond float32`, 'choose weights that are whole')
      return { name, role: 'weight' as const, shape, data: new Uint8Array(data.buffer) }
    })
    .concat(
      at === body.byteLength
        ? []
        : refuse(`${body.byteLength - at} bytes behind its last tensor belong to none`),
    )
}

interface Entry {
  readonly name: string
  readonly dtype: DType
  readonly shape: number[]
  readonly from: number
  readonly to: number
}

type Refuse = (what: string, wayOn?: string) => never

function entriesOf(header: Uint8Array, refuse: Refuse): Entry[] {
  const { text, content } = parsed(header, refuse)
  const named: [string, unknown][] = Object.entries(content)
  if (keysAtTop(text) !== named.length) refuse('its header has a name twice')
  const entries = named
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]): Entry => {
      const entry = entrySchema.safeParse(value)
      if (!entry.success)
        return refuse(`the header's entry of tensor ${show(name)} is not as the format has it`)
      const { dtype, shape, data_offsets } = entry.data
      const known = z.enum(['F64', 'F32', 'F16', 'BF16']).safeParse(dtype)
      if (!known.success)
        return refuse(
          `tensor ${show(name)} has the type ${show(dtype)}, and weights are read from F64, F32, F16 and BF16`,
          'save the weights alone',
        )
      return { name, dtype: known.data, shape, from: data_offsets[0], to: data_offsets[1] }
    })
  return entries.length === 0 ? refuse('it holds no tensors', 'choose another file') : entries
}

function parsed(header: Uint8Array, refuse: Refuse): { text: string; content: object } {
  const what = 'its header is no JSON object'
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(header)
    const content: unknown = JSON.parse(text)
    if (typeof content === 'object' && content !== null && !Array.isArray(content)) return { text, content }
  } catch {
    return refuse(what)
  }
  return refuse(what)
}

/** JSON.parse keeps the last of two entries of one name, and says nothing. */
function keysAtTop(text: string): number {
  let depth = 0
  let count = 0
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth++
    else if (token === '}' || token === ']') depth--
    else if (depth === 1 && token.endsWith(':')) count++
  }
  return count
}

function float32Of(bytes: Uint8Array, dtype: DType): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const width = bytesPerNumber[dtype]
  const numbers = new Float32Array(bytes.byteLength / width)
  if (dtype === 'F32') new Uint8Array(numbers.buffer).set(bytes)
  else if (dtype === 'F64') for (let i = 0; i < numbers.length; i++) numbers[i] = view.getFloat64(8 * i, true)
  else if (dtype === 'F16')
    for (let i = 0; i < numbers.length; i++) numbers[i] = half(view.getUint16(2 * i, true))
  else {
    // bfloat16 is the upper half of a float32.
    const bits = new Uint32Array(numbers.buffer)
    for (let i = 0; i < numbers.length; i++) bits[i] = view.getUint16(2 * i, true) << 16
  }
  return numbers
}

/** IEEE 754 binary16: a sign, 5 bits of exponent with bias 15, 10 bits of fraction. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  if (exponent === 0) return sign * fraction * 2 ** -24
  return sign * (1024 + fraction) * 2 ** (exponent - 25)
}
