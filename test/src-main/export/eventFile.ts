import assert from 'node:assert/strict'

/* A reader written from record_writer.h and event.proto, with a CRC of its own and no library. */

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let k = 0; k < 8; k++) c = c & 1 ? 0x82f63b78 ^ (c >>> 1) : c >>> 1
  return c
})

function masked(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (crcTable[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8)
  crc = (crc ^ 0xffffffff) >>> 0
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}

export function records(file: Buffer): Buffer[] {
  const found: Buffer[] = []
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at))
    assert.equal(file.readUInt32LE(at + 8), masked(file.subarray(at, at + 8)), 'CRC of the length')
    const data = file.subarray(at + 12, at + 12 + length)
    assert.equal(file.readUInt32LE(at + 12 + length), masked(data), 'CRC of the data')
    found.push(data)
    at += 16 + length
  }
  return found
}

type Fields = Map<number, (Buffer | bigint)[]>

/** Field number → values: bytes for fixed and length-delimited fields, whole numbers for varints. */
function fields(message: Buffer): Fields {
  const found: Fields = new Map()
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = message.readUInt8(at++)
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  const take = (length: number): Buffer => {
    at += length
    return message.subarray(at - length, at)
  }
  while (at < message.length) {
    const key = Number(varint())
    const sizes: Record<number, () => Buffer | bigint> = {
      0: varint,
      1: () => take(8),
      2: () => take(Number(varint())),
      5: () => take(4),
    }
    const value = sizes[key & 7]?.()
    assert.ok(value !== undefined, `wire type ${key & 7} is none of TensorBoard's`)
    found.set(key >> 3, [...(found.get(key >> 3) ?? []), value])
  }
  return found
}

const bytes = (value: Buffer | bigint | undefined): Buffer =>
  Buffer.isBuffer(value) ? value : Buffer.alloc(0)

export function decode(record: Buffer) {
  const event = fields(record)
  const values = bytes(event.get(5)?.[0])
  return {
    wallTime: bytes(event.get(1)?.[0]).readDoubleLE(),
    step: Number(event.get(2)?.[0] ?? 0),
    version: bytes(event.get(3)?.[0]).toString('utf8'),
    values: (fields(values).get(1) ?? []).map((value) => {
      const scalar = fields(bytes(value))
      return [bytes(scalar.get(1)?.[0]).toString('utf8'), bytes(scalar.get(2)?.[0]).readFloatLE()] as const
    }),
  }
}
