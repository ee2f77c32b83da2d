/*
 * Messages with typed arrays in them, as bytes: one text of JSON in which every array is a reference, then the arrays one
 * after another. Numbers of an array keep their bits. Both machines are little-endian: no other is supported by Node.
 *
 *   uint32 length of the text · text (UTF-8) · part 0 · part 1 · ...
 */

const kinds = { u8: Uint8Array, u16: Uint16Array, f32: Float32Array, f64: Float64Array } as const
type Kind = keyof typeof kinds
type Numbers = Uint8Array | Uint16Array | Float32Array | Float64Array

/** A JSON value in which `{ "$part": [kind, index, bytes] }` stands for an array. */
export interface Unpacked {
  readonly text: string
  readonly parts: readonly Uint8Array[]
}

/** @throws TypeError for an array of another kind, and for an object that already has a key "$part" */
export function separate(value: unknown): Unpacked {
  const parts: Uint8Array[] = []
  const refer = (found: unknown): unknown => {
    if (ArrayBuffer.isView(found)) {
      const kind = kindOf(found)
      parts.push(new Uint8Array(found.buffer, found.byteOffset, found.byteLength))
      return { $part: [kind, parts.length - 1, found.byteLength] }
    }
    if (Array.isArray(found)) return found.map(refer)
    if (typeof found !== 'object' || found === null) return found
    if ('$part' in found) throw new TypeError('a message has a key "$part" of its own')
    return Object.fromEntries(Object.entries(found).map(([key, inner]) => [key, refer(inner)]))
  }
  return { text: JSON.stringify(refer(value)), parts }
}

/**
 * @throws TypeError for a reference that names no part, one of another length, or one that another names too: a short text
 * would become gigabytes
 */
export function join(text: string, parts: readonly Uint8Array[]): unknown {
  const parsed: unknown = JSON.parse(text)
  const named = new Set<number>()
  const resolve = (found: unknown): unknown => {
    if (Array.isArray(found)) return found.map(resolve)
    if (typeof found !== 'object' || found === null) return found
    if ('$part' in found) {
      const reference = referenceOf(found.$part)
      if (named.has(reference.index)) throw new TypeError('two references name the same part')
      named.add(reference.index)
      return numbersOf(reference, parts)
    }
    return Object.fromEntries(Object.entries(found).map(([key, inner]) => [key, resolve(inner)]))
  }
  return resolve(parsed)
}

export function pack(value: unknown): Uint8Array {
  const { text, parts } = separate(value)
  const head = new TextEncoder().encode(text)
  const size = parts.reduce((sum, part) => sum + part.byteLength, 4 + head.byteLength)
  const packed = new Uint8Array(size)
  new DataView(packed.buffer).setUint32(0, head.byteLength, true)
  packed.set(head, 4)
  let at = 4 + head.byteLength
  for (const part of parts) {
    packed.set(part, at)
    at += part.byteLength
  }
  return packed
}

/** @throws TypeError or SyntaxError for bytes that no `pack` made */
export function unpack(packed: Uint8Array): unknown {
  if (packed.byteLength < 4) throw new TypeError('a packed message is cut off')
  const length = new DataView(packed.buffer, packed.byteOffset).getUint32(0, true)
  if (4 + length > packed.byteLength) throw new TypeError('a packed message is cut off')
  const text = new TextDecoder('utf-8', { fatal: true }).decode(packed.subarray(4, 4 + length))
  const parts: Uint8Array[] = []
  let at = 4 + length
  for (const bytes of lengthsIn(JSON.parse(text))) {
    if (at + bytes > packed.byteLength) throw new TypeError('a packed message is cut off')
    parts.push(packed.subarray(at, at + bytes))
    at += bytes
  }
  if (at !== packed.byteLength) throw new TypeError('a packed message goes on after its end')
  return join(text, parts)
}

/** Of the parts, in the order of their index, which is that of the text. */
function lengthsIn(found: unknown): number[] {
  if (Array.isArray(found)) return found.flatMap(lengthsIn)
  if (typeof found !== 'object' || found === null) return []
  if ('$part' in found) return [referenceOf(found.$part).bytes]
  return Object.values(found).flatMap(lengthsIn)
}

function kindOf(array: ArrayBufferView): Kind {
  for (const kind of ['f64', 'f32', 'u16', 'u8'] as const) if (array instanceof kinds[kind]) return kind
  throw new TypeError('a message has an array of a kind that does not travel')
}

interface Reference {
  readonly kind: Kind
  readonly index: number
  readonly bytes: number
}

function referenceOf(reference: unknown): Reference {
  if (!Array.isArray(reference) || reference.length !== 3) throw new TypeError('a reference is malformed')
  const [kind, index, bytes]: unknown[] = reference
  if (kind !== 'u8' && kind !== 'u16' && kind !== 'f32' && kind !== 'f64')
    throw new TypeError('a reference names a kind of array that is not known')
  if (!isCount(index) || !isCount(bytes)) throw new TypeError('a reference is malformed')
  return { kind, index, bytes }
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

function numbersOf({ kind, index, bytes }: Reference, parts: readonly Uint8Array[]): Numbers {
  const part = parts[index]
  if (part === undefined || part.byteLength !== bytes)
    throw new TypeError('a reference names a part that is not there')
  const Kind = kinds[kind]
  if (bytes % Kind.BYTES_PER_ELEMENT !== 0) throw new TypeError('an array of numbers is cut off')
  // A copy: parts lie at any byte of the message, and an array begins at a multiple of its element.
  const own = new Uint8Array(part)
  return new Kind(own.buffer, 0, bytes / Kind.BYTES_PER_ELEMENT)
}
