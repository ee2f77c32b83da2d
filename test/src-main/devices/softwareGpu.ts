import assert from 'node:assert/strict'
import { createDevices } from '../../../src-main/devices/index.ts'
import { selectEngine } from '../../../src-main/engine/select.ts'

/* A host that finds SwiftShader and looks at it as if it were a GPU: it is told apart, named, and never measured. */

const devices = createDevices({ contenders: ['webgpu', 'simd'], whyAbsent: () => undefined })
const subject = { model: { kind: 'softmax' as const }, shape: [4], classes: 3, batchSize: 10 }
try {
  const { names, known } = await devices.contenders()
  assert.deepEqual(names, ['simd'])
  assert.ok(known.webgpu?.available)
  assert.equal(known.webgpu.rank, -1)
  assert.match(known.webgpu.device, /software WebGPU on the processor/)
  assert.match(known.webgpu.identity ?? '', /swiftshader/i)
  const choice = await devices.choose({ wanted: 'auto', subject })
  assert.ok(choice.type === 'advice')
  const { name, reason } = await selectEngine('auto', choice.advice)
  assert.equal(name, 'simd')
  assert.match(reason, /^the fastest one left: .*; webgpu is passed by \(.*it runs on no GPU\)$/)
  const { timings } = await devices.compare(subject, new AbortController().signal)
  assert.deepEqual(
    timings.map((timing) => [timing.name, 'stepMs' in timing]),
    [['simd', true]],
  )
} finally {
  devices.close()
}
// The pool of simd holds the process.
process.exit(0)
