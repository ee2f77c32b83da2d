import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DatasetInfo } from '../../../../shared/api/datasets.ts'
import { diskUse, snapshotBytes } from '../../../../src-renderer/pages/new-run/model/disk.ts'
import { defaultSpec } from '../../../../src-renderer/pages/new-run/model/draft.ts'

const fashion: DatasetInfo = {
  id: 'f',
  name: 'fashion-mnist-12k',
  otherNames: [],
  kind: 'image',
  shape: [28, 28, 1],
  classes: Array.from({ length: 10 }, (_, i) => String(i)),
  trainCount: 10_000,
  testCount: 2000,
  trainPerClass: [],
  testPerClass: [],
  bytes: 0,
  source: null,
  license: null,
  embedded: true,
  runs: 0,
  features: null,
}

test('a snapshot is weights and the optimizer’s state in float32, and what the model says of 3 000 examples', () => {
  // 3·3·8 + 8, 3·3·8·16 + 16, 784·128 + 128, 128·10 + 10 numbers, each with its momentum.
  const parameters = 80 + 1168 + 100_480 + 1290
  const answers = 3000 * (10 * 4 + 2)
  assert.equal(snapshotBytes(defaultSpec, fashion), parameters * 2 * 4 + answers)
  const adam = {
    ...defaultSpec,
    optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const,
  }
  const decay = { weightDecay: 0, weightDecaySchedule: 'constant' } as const
  assert.equal(
    snapshotBytes({ ...adam, optimizer: { ...adam.optimizer, ...decay } }, fashion),
    parameters * 3 * 4 + answers,
  )
  assert.equal(snapshotBytes({ ...defaultSpec, model: { kind: 'layers', topology: {} } }, fashion), undefined)
})

test('many snapshots are told against the room that is left', () => {
  const many = { count: 1540, atLeast: false, drawn: [] }
  assert.deepEqual(diskUse(1e6, many, null), {
    bytes: 1.54e9,
    is: 'little',
    words: '1.5\u202fGB on disk',
  })
  assert.equal(diskUse(1e6, many, 100e9).is, 'little')
  assert.deepEqual(diskUse(1e6, many, 5e9), {
    bytes: 1.54e9,
    is: 'much',
    words: '1.5\u202fGB of the 5.0\u202fGB that are free on disk',
  })
  assert.equal(diskUse(1e6, many, 1e9).is, 'tooMuch')
  assert.match(diskUse(1e6, { ...many, atLeast: true }, null).words, /^at least 1\.5/)
})
