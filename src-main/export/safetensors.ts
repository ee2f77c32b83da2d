/*
 * The safetensors file format (Hugging Face): eight bytes with the length of a JSON header as a little-endian unsigned
 * integer, the header, then the tensors' bytes without gaps. Each entry of the header gives dtype, shape and where the
 * bytes begin and end, counted from the end of the header; `__metadata__` maps text to text.
 */

export interface NamedTensor {
  readonly name: string
  readonly shape: readonly number[]
  /** Little-endian float32, row-major. */
  readonly data: Uint8Array
}

/**
 * The file in pieces, ready to be written one after the other.
 * @throws Error when a name is used twice, or the data do not have the length of the shape
 */
export function safetensors(
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array[] {
  const entries: [string, unknown][] = [['__metadata__', metadata]]
  const names = new Set<string>(['__metadata__'])
  let offset = 0
  for (const { name, shape, data } of tensors) {
    const expected = 4 * shape.reduce((product, size) => product * size, 1)
    if (data.byteLength !== expected) {
      throw new Error(`tensor ${name} has ${data.byteLength} bytes; its shape needs ${expected}`)
    }
    if (names.has(name)) throw new Error(`two tensors are named ${name}`)
    names.add(name)
    entries.push([name, { dtype: 'F32', shape, data_offsets: [offset, offset + expected] }])
    offset += expected
  }
  return [header(entries), ...tensors.map(({ data }) => data)]
}

function header(entries: readonly (readonly [string, unknown])[]): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)))
  // Spaces up to a multiple of eight: readers may then map the data as aligned floats.
  const length = Math.ceil(text.byteLength / 8) * 8
  const bytes = new Uint8Array(8 + length).fill(0x20)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true)
  bytes.set(text, 8)
  return bytes
}
