import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cudaDidNotAnswer } from '../../../src-main/devices/cudaFinding.ts'
import { cudaNeeds } from '../../../src-main/devices/cudaPackage.ts'

/* What cannot be waited for in a test; the rest is tested with processes in test/src-main/engine/cuda.test.ts. */

const late = { why: 'late', message: 'no answer within 60 s' } as const
const log = { gpu: undefined, isOutOfMemory: false, whyNoGpu: '', needs: cudaNeeds(false) }

test('a GPU that compiles its kernels for longer than anybody waits can be had by name', () => {
  const found = cudaDidNotAnswer(late, { ...log, gpu: 'NVIDIA H100 80GB HBM3' })
  assert.ok(found.available)
  assert.equal(found.rank, -1)
  assert.equal(found.device, 'NVIDIA H100 80GB HBM3, CUDA')
  assert.match(found.reason, /\(no answer within 60 s\).*"auto" does not take it: name cuda in a run/)
})

test('TensorFlow that has found no GPU by then is not there', () => {
  const found = cudaDidNotAnswer(late, log)
  assert.equal(found.available, false)
  assert.match(found.reason, /^TensorFlow did not start \(no answer within 60 s\): check the NVIDIA driver/)
})
