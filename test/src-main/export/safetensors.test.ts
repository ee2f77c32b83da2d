import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { type NamedTensor, safetensors } from '../../../src-main/export/safetensors.ts'

/* A reader written from the format's description, with every check its reference reader makes. */

const entry = z.strictObject({
  dtype: z.literal('F32'),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
})
const header = z.object({ __metadata__: z.record(z.string(), z.string()) }).catchall(entry)

function read(file: Uint8Array) {
  const length = Number(new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true))
  assert.ok(length <= 100_000_000 && 8 + length <= file.byteLength, 'the header lies within the file')
  const text = new TextDecoder('utf-8', { fatal: true }).decode(file.subarray(8, 8 + length))
  assert.ok(text.startsWith('{'), 'the header begins with a brace')
  const { __metadata__: metadata, ...entries } = header.parse(JSON.parse(text))
  const data = file.subarray(8 + length)
  let end = 0
  const tensors = Object.entries(entries)
    .map(([name, { shape, data_offsets }]) => ({ name, shape, from: data_offsets[0], to: data_offsets[1] }))
    .sort((a, b) => a.from - b.from || a.to - b.to)
    .map(({ name, shape, from, to }) => {
      assert.equal(from, end, 'no hole and no overlap between tensors')
      assert.equal(to - from, 4 * shape.reduce((product, n) => product * n, 1))
      end = to
      return { name, shape, data: data.slice(from, to) }
    })
  assert.equal(end, data.byteLength, 'nothing after the last tensor')
  return { metadata, tensors, headerLength: length }
}

const tensor = fc
  .record({ name: fc.string({ minLength: 1 }), shape: fc.array(fc.nat(5), { maxLength: 4 }) })
  .filter(({ name }) => name !== '__metadata__' && name !== '__proto__' && !/^\d+$/.test(name))
  .chain(({ name, shape }) => {
    const size = shape.reduce((product, n) => product * n, 1)
    return fc
      .array(fc.float({ noNaN: true }), { minLength: size, maxLength: size })
      .map((values): NamedTensor => ({ name, shape, data: new Uint8Array(Float32Array.from(values).buffer) }))
  })

test('a reader of the format finds the tensors, their bytes and the metadata again', () => {
  const tensors = fc.uniqueArray(tensor, { selector: ({ name }) => name, maxLength: 8 })
  fc.assert(
    fc.property(
      tensors,
      fc.dictionary(
        fc.string().filter((key) => key !== '__proto__'),
        fc.string(),
      ),
      (written, metadata) => {
        const found = read(Buffer.concat(safetensors(written, metadata)))
        assert.deepEqual({ ...found.metadata }, { ...metadata })
        const bytes = ({ name, shape, data }: NamedTensor) => ({ name, shape: [...shape], data: [...data] })
        const order = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1)
        assert.deepEqual(found.tensors.map(bytes).sort(order), written.map(bytes).sort(order))
        assert.equal(found.headerLength % 8, 0, 'the data begin aligned')
      },
    ),
  )
})

test('refuses data that do not have the length of their shape, and a name used twice', () => {
  const two = { name: 'w', shape: [2], data: new Uint8Array(8) }
  assert.throws(
    () => safetensors([{ ...two, data: new Uint8Array(4) }], {}),
    /w has 4 bytes; its shape needs 8/,
  )
  assert.throws(() => safetensors([two, two], {}), /two tensors are named w/)
})
