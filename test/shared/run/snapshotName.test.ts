import assert from 'node:assert/strict'
import { test } from 'node:test'
import { namesText, nameText, snapshotName, spanText } from '../../../shared/run/snapshotName.ts'
import type { RunSpec } from '../../../shared/run/spec.ts'

const namesUnder = (snapshots: RunSpec['snapshots']) =>
  [49, 99, 124].map((step, i) =>
    snapshotName({ spec: { snapshots }, planned: { plan: { stepsPerEpoch: 10 } } }, { cycle: i + 1, step }),
  )

test('snapshots at the ends of cycles are called by their cycles, others by the epochs trained by then', () => {
  const cycles = namesUnder({ at: 'cycleEnds' })
  const epochs = namesUnder({ at: 'epochs', every: 5 })
  assert.deepEqual(cycles.map(nameText), ['cycle 1', 'cycle 2', 'cycle 3'])
  assert.deepEqual(epochs.map(nameText), ['epoch 5', 'epoch 10', 'epoch 12.5'])
  assert.deepEqual([namesText(cycles), spanText(cycles)], ['cycles 1, 2, 3', 'cycles 1 to 3'])
  assert.deepEqual([namesText(epochs), spanText(epochs.slice(0, 1))], ['epochs 5, 10, 12.5', 'epoch 5'])
  const steps = namesUnder({ at: 'steps', steps: [50, 100] })
  assert.deepEqual(steps.map(nameText), ['step 50', 'step 100', 'step 125'])
  assert.equal(namesText([]), '')
})
