import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePredictions, type ReadPredictions } from '../../../shared/ensemble/predictions.ts'

/** As shared/api/urls.ts describes it, number by number. */
function bytesOf(...snapshots: { readonly labels: number[]; readonly probs: number[] }[]): ArrayBuffer {
  const bytes: number[] = []
  const put = (size: number, write: (view: DataView) => void): void => {
    const view = new DataView(new ArrayBuffer(size))
    write(view)
    bytes.push(...new Uint8Array(view.buffer))
  }
  for (const { labels, probs } of snapshots) {
    put(4, (view) => view.setUint32(0, labels.length, true))
    put(4, (view) => view.setUint32(0, labels.length === 0 ? 0 : probs.length / labels.length, true))
    for (const p of probs) put(4, (view) => view.setFloat32(0, p, true))
    for (const label of labels) put(2, (view) => view.setUint16(0, label, true))
    while (bytes.length % 4 !== 0) bytes.push(0)
  }
  return Uint8Array.from(bytes).buffer
}

const odd = { labels: [1, 0, 1], probs: [0.25, 0.75, 0.5, 0.5, 1, 0] }
const even = { labels: [0, 1], probs: [0.5, 0.5, 0.125, 0.875] }
const none = { labels: [], probs: [] }

function sound(one: ReadPredictions) {
  assert.ok(one !== null && one !== 'damaged')
  return { labels: [...one.labels], probs: [...one.probs] }
}

test('the answers of several snapshots are read out of one piece, those of none among them', () => {
  const found = parsePredictions(bytesOf(odd, none, even, odd), 4)
  assert.deepEqual(
    found.map((one) => one && sound(one)),
    [odd, null, even, odd],
  )
  assert.ok(found[0] && found[0] !== 'damaged')
  assert.equal(found[0].scores.accuracy, 2 / 3)
  assert.deepEqual(parsePredictions(bytesOf(), 0), [])
})

test('a snapshot that is damaged is told from one without the part', () => {
  const damaged = Uint32Array.of(0, 0xffff_ffff)
  const bytes = [bytesOf(odd, none), damaged.buffer, bytesOf(even)].flatMap((part) => [
    ...new Uint8Array(part),
  ])
  const found = parsePredictions(Uint8Array.from(bytes).buffer, 4)
  assert.deepEqual(
    found.map((one) => (one === null || one === 'damaged' ? one : [...one.labels])),
    [odd.labels, null, 'damaged', even.labels],
  )
})

test('bytes that are not those of the snapshots asked for are refused', () => {
  const whole = bytesOf(odd, even)
  for (const [bytes, snapshots] of [
    [whole, 1],
    [whole, 3],
    [whole.slice(0, -4), 2],
    [whole.slice(0, 6), 1],
    [bytesOf(), 1],
  ] as const)
    assert.throws(() => parsePredictions(bytes, snapshots), {
      name: 'UserError',
      message: /stored predictions: \d+ bytes are not those of \d snapshot/,
    })
  assert.throws(
    () => parsePredictions(bytesOf({ labels: [7], probs: [0.5, 0.5] }), 1),
    /label 7 of example 0/,
  )
})
