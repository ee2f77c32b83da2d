import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import type { DeviceComparison } from '../../../shared/run/deviceComparison.ts'
import { connect } from '../../../src-main/store/database.ts'
import { afterwards, tempStore } from './fixtures.ts'

const machine: DeviceComparison['machine'] = {
  platform: 'linux 6.1 x64',
  processor: 'a processor',
  threads: '2',
  versions: { node: '24.0.0', webgpu: '0.6.2' },
  kernels: '0123456789abcdef',
  devices: { webgpu: 'a GPU, WebGPU / driver 1', simd: '' },
}
const subject: DeviceComparison['subject'] = {
  model: { kind: 'resnet', depth: 20 },
  shape: [32, 32, 3],
  classes: 10,
  batchSize: 128,
}
const measured = (stepMs: number, measuredAt: number): DeviceComparison => ({
  machine,
  subject,
  timings: [
    { name: 'simd', device: 'WebAssembly SIMD, 2 threads', stepMs, steps: 9 },
    { name: 'webgpu', failure: 'its process failed: it was lost' },
  ],
  measuredAt,
})

test('what was measured is kept for its machine and its model, the newest in the place of the one before', (t) => {
  const { read, write } = tempStore(t)
  write.putDeviceComparison(measured(217.25, 1))
  assert.deepEqual(read.deviceComparison(machine, subject), measured(217.25, 1))
  write.putDeviceComparison(measured(200, 2))
  assert.deepEqual(read.deviceComparisons(machine), [measured(200, 2)])
  const larger = { ...measured(400, 3), subject: { ...subject, batchSize: 256 } }
  write.putDeviceComparison(larger)
  assert.deepEqual(read.deviceComparisons(machine), [larger, measured(200, 2)])
  assert.deepEqual(read.deviceComparison(machine, subject), measured(200, 2))
})

test('whatever of the machine or the model changes, what was measured before says nothing', (t) => {
  const { read, write } = tempStore(t)
  write.putDeviceComparison(measured(217, 1))
  const machines: DeviceComparison['machine'][] = [
    { ...machine, processor: 'another' },
    { ...machine, threads: '1' },
    { ...machine, kernels: 'fedcba9876543210' },
    { ...machine, versions: { ...machine.versions, node: '24.0.1' } },
    { ...machine, devices: { webgpu: 'a GPU, WebGPU / driver 2', simd: '' } },
    { ...machine, devices: { simd: '' } },
  ]
  for (const other of machines)
    assert.equal(read.deviceComparison(other, subject), undefined, JSON.stringify(other))
  const subjects: DeviceComparison['subject'][] = [
    { ...subject, model: { kind: 'resnet', depth: 32 } },
    { ...subject, shape: [28, 28, 1] },
    { ...subject, classes: 100 },
    { ...subject, batchSize: 64 },
  ]
  for (const other of subjects)
    assert.equal(read.deviceComparison(machine, other), undefined, JSON.stringify(other))
})

test('a row that is not of its form counts as not measured, stays as it is, and gives way to a new measurement', (t) => {
  const { path, read, write } = tempStore(t)
  const other = { ...measured(400, 2), subject: { ...subject, batchSize: 256 } }
  const db = connect(path)
  afterwards(t, () => db.close())
  assert.throws(() => {
    write.putDeviceComparison(measured(217, 1))
    db.exec("UPDATE calibration_timings SET step_ms = NULL WHERE name = 'simd'")
  }, /CHECK/)
  const dump = () =>
    db.all(z.unknown(), 'SELECT * FROM calibrations c JOIN calibration_timings ON calibration_id = c.id')
  for (const damage of [
    "UPDATE calibration_timings SET step_ms = -1 WHERE name = 'simd'",
    "UPDATE calibration_timings SET name = 'a device of a later version' WHERE name = 'simd'",
    'DELETE FROM calibration_timings',
    "UPDATE calibrations SET subject = 'no JSON'",
  ]) {
    db.exec('DELETE FROM calibrations')
    write.putDeviceComparison(measured(217, 1))
    db.exec(damage)
    write.putDeviceComparison(other)
    const before = dump()
    assert.equal(read.deviceComparison(machine, subject), undefined, damage)
    assert.deepEqual(read.deviceComparisons(machine), [other], damage)
    assert.deepEqual(dump(), before)
    write.putDeviceComparison(measured(200, 3))
    assert.deepEqual(read.deviceComparisons(machine), [measured(200, 3), other], damage)
  }
})

test('the newest 200 are kept, of whatever machine, and what cannot be read is not taken', (t) => {
  const { path, read, write } = tempStore(t)
  const db = connect(path)
  afterwards(t, () => db.close())
  const ofBatch = (batchSize: number, of = machine): DeviceComparison => ({
    ...measured(batchSize, batchSize),
    machine: of,
    subject: { ...subject, batchSize },
  })
  const before = { ...machine, kernels: 'fedcba9876543210' }
  write.putDeviceComparison(ofBatch(1))
  db.exec("UPDATE calibration_timings SET step_ms = -1 WHERE name = 'simd'")
  for (let batchSize = 2; batchSize <= 101; batchSize++) write.putDeviceComparison(ofBatch(batchSize, before))
  for (let batchSize = 102; batchSize <= 202; batchSize++) write.putDeviceComparison(ofBatch(batchSize))
  const batches = (of = machine) => read.deviceComparisons(of).map((each) => each.subject.batchSize)
  const down = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, i) => from - i)
  assert.deepEqual(batches(), down(202, 102))
  assert.deepEqual(batches(before), down(101, 3))
  // An old one that is measured anew is the newest.
  write.putDeviceComparison({ ...ofBatch(3, before), measuredAt: 1000 })
  assert.deepEqual(batches(before), [3, ...down(101, 4)])
  const count = db.get(z.object({ n: z.number() }), 'SELECT count(*) AS n FROM calibrations')
  assert.deepEqual(count, { n: 201 })
})
