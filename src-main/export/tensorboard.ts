import { crc32c } from '@aws-crypto/crc32c'
import protobuf from 'protobufjs/light.js'

/*
 * TensorBoard event files: TFRecords, each holding one Event message. Field numbers are those of TensorFlow's
 * event.proto and summary.proto; a record is its length, the masked CRC-32C of the length, the data, and the masked
 * CRC-32C of the data (tensorflow/core/lib/io/record_writer.h).
 */

const { Field, Root, Type } = protobuf

const value = new Type('Value').add(new Field('tag', 1, 'string')).add(new Field('simpleValue', 2, 'float'))
const summary = new Type('Summary').add(new Field('value', 1, 'Value', 'repeated')).add(value)
const event = new Type('Event')
  .add(new Field('wallTime', 1, 'double'))
  .add(new Field('step', 2, 'int64'))
  .add(new Field('fileVersion', 3, 'string'))
  .add(new Field('summary', 5, 'Summary'))
new Root().define('anneal').add(summary).add(event)

export interface ScalarPoint {
  readonly step: number
  /** Seconds since 1970. */
  readonly wallTime: number
  readonly values: readonly { readonly tag: string; readonly value: number }[]
}

/** An event file in pieces of about 64 kB, in the order of `points`. */
export function* tensorboardFile(wallTime: number, points: Iterable<ScalarPoint>): Generator<Uint8Array> {
  let pieces: Uint8Array[] = [record({ wallTime, fileVersion: 'brain.Event:2' })]
  let size = 0
  for (const { step, wallTime, values } of points) {
    const piece = record({
      wallTime,
      step,
      summary: { value: values.map(({ tag, value }) => ({ tag, simpleValue: canonical(value) })) },
    })
    pieces.push(piece)
    size += piece.byteLength
    if (size > 65_536) {
      yield Buffer.concat(pieces)
      pieces = []
      size = 0
    }
  }
  yield Buffer.concat(pieces)
}

function record(message: Record<string, unknown>): Uint8Array {
  const data = event.encode(message).finish()
  const bytes = new Uint8Array(12 + data.byteLength + 4)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, BigInt(data.byteLength), true)
  view.setUint32(8, maskedCrc(bytes.subarray(0, 8)), true)
  bytes.set(data, 12)
  view.setUint32(12 + data.byteLength, maskedCrc(data), true)
  return bytes
}

/** Rotated and offset, because a CRC of data that holds CRCs would be weak. */
function maskedCrc(data: Uint8Array): number {
  const crc = crc32c(data)
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}

/** A processor's own NaN may carry a sign, which would go into the file: all are written as 0x7fc00000. */
const canonical = (value: number): number => (Number.isNaN(value) ? Number.NaN : value)
