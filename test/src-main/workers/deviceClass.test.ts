import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WorkerAbout } from '../../../shared/worker/protocol.ts'
import { classesOf, deviceClassOf } from '../../../src-main/workers/deviceClass.ts'

const machine = {
  hostname: 'box',
  platform: 'linux x64',
  processor: 'any',
  cores: 2,
  memory: 1,
  node: '24.0.0',
  load: null,
  diskFree: null,
} as const
const about = (...classes: WorkerAbout['slots'][number]['classes'][]): WorkerAbout => ({
  ...machine,
  slots: classes.map((each, id) => ({ id, classes: each, device: 'any' })),
})

test('a run is for what its spec asks for; one that chose and has begun stays there while a worker has that', () => {
  const withGpu = classesOf([{ state: 'joined', about: about(['processor'], ['processor', 'cuda']) }])
  const of = (device: 'auto' | 'simd' | 'cuda', deviceName: 'simd' | 'cuda' | null, there = withGpu) =>
    deviceClassOf({ spec: { device }, deviceName }, there)
  assert.equal(of('auto', null), 'processor')
  assert.equal(of('auto', 'cuda'), 'cuda')
  assert.equal(of('auto', 'simd'), 'processor')
  assert.equal(of('simd', 'simd'), 'processor')
  // Asked for by name, it waits for a worker that has it.
  assert.equal(of('cuda', null, new Set()), 'cuda')
  const gone = classesOf([
    { state: 'removed', about: about(['cuda']) },
    { state: 'out', about: about(['cuda']) },
    { state: 'joined', about: null },
  ])
  assert.equal(of('auto', 'cuda', gone), 'processor')
})
