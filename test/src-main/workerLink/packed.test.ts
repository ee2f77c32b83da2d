import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { join, pack, unpack } from '../../../src-main/workerLink/packed.ts'

const bits = (array: Float64Array): string => Buffer.from(array.buffer).toString('hex')

test('arrays come back with their bits, NaN payloads and -0 included, at any place in the message', () => {
  const odd = new Float64Array([-0, Number.NaN, 5e-324, Number.POSITIVE_INFINITY, 1 / 3])
  new DataView(odd.buffer).setBigUint64(8, 0x7ff8_0000_dead_beefn, true)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 9 }), fc.array(fc.float()), fc.string(), (bytes, floats, text) => {
      const message = {
        bytes,
        inner: [{ floats: Float32Array.from(floats) }, { labels: Uint16Array.of(7, 65_535), text }],
        odd: new Float64Array(odd),
      }
      const back = unpack(pack(message))
      assert.deepStrictEqual(back, message)
      assert.ok(
        typeof back === 'object' && back !== null && 'odd' in back && back.odd instanceof Float64Array,
      )
      assert.equal(bits(back.odd), bits(odd))
    }),
  )
})

test('bytes that no pack made are refused, whatever was cut off, added or turned', () => {
  const good = pack({ a: Float64Array.of(1, 2), b: Uint8Array.of(3) })
  for (let length = 0; length < good.length; length++)
    assert.throws(() => unpack(good.subarray(0, length)), /cut off|JSON|reference/)
  assert.throws(() => unpack(Buffer.concat([good, Buffer.of(0)])), /goes on after its end/)
  for (const part of [['f64', 0, 7], ['f99', 0, 8], ['u8', -1, 3], ['u8', 0, 1e9], 'u8'])
    assert.throws(() => unpack(packedText({ a: { $part: part } })), TypeError)
  assert.throws(() => pack({ $part: 1 }), /"\$part" of its own/)
})

function packedText(value: unknown): Uint8Array {
  const text = Buffer.from(JSON.stringify(value))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(text.length)
  return Buffer.concat([length, text, Buffer.alloc(8)])
}

test('a part is named once: a short text cannot become gigabytes', () => {
  const text = JSON.stringify({ a: { $part: ['u8', 0, 3] }, b: { $part: ['u8', 0, 3] } })
  assert.throws(() => join(text, [Uint8Array.of(1, 2, 3)]), /two references name the same part/)
})
