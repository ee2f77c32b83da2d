import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ProbeReply } from '../../../shared/run/probe.ts'
import { fromMeasured } from '../../../src-main/devices/choice.ts'
import { createDevices } from '../../../src-main/devices/index.ts'

test('a run does without a device whose driver takes too long, and the look goes on for others', async (t) => {
  // No process answers within a millisecond.
  const devices = createDevices({
    contenders: ['webgpu', 'simd'],
    whyAbsent: (name) => (name === 'webgpu' ? undefined : 'it is not here'),
    runPatience: 1,
  })
  t.after(() => devices.close())
  const subject = { model: { kind: 'softmax' as const }, shape: [4], classes: 3, batchSize: 10 }
  const late: ProbeReply = {
    available: false,
    rank: -1,
    reason: 'its driver had not started after 0.001 s, so that this run does without it',
  }
  assert.deepEqual(await devices.choose({ wanted: 'auto', subject }), {
    type: 'advice',
    advice: { known: { webgpu: late } },
  })
  const { known } = await devices.contenders()
  assert.ok(known.webgpu)
  assert.notDeepEqual(known.webgpu, late)
  // Also where others are measured against each other.
  const measured = fromMeasured(
    { webgpu: late },
    { subject, timings: [{ name: 'simd', device: 'WebAssembly', stepMs: 3, steps: 9 }] },
  )
  assert.equal(
    measured.auto?.reason,
    'the only one that could be measured: simd 3.0 ms a step (measured on this machine for softmax, 4 features, batch 10); webgpu is not available (its driver had not started after 0.001 s, so that this run does without it)',
  )
  // What was found by then a run is told at once, however short its patience.
  const { known: found } = await devices.contenders()
  const choice = await devices.choose({ wanted: 'auto' })
  assert.deepEqual(choice, { type: 'advice', advice: { known: found } })
})
