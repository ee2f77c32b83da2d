import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { z } from 'zod'
import { probeReply } from '../../../shared/run/probe.ts'
import { type Kind, withPackage } from './cuda/support.ts'

/*
 * TensorFlow for CUDA without it: a stand-in that behaves as the package does where it works and where it fails, put in
 * the way of every process of a host.
 */

const known = z.object({ found: probeReply.nullable(), isKept: z.boolean() })
const ended = z.object({
  status: z.string(),
  reason: z.string().nullable(),
  device: z.string().nullable(),
  why: z.string().nullable(),
  losses: z.array(z.number()),
})

async function look(t: TestContext, kind: Kind) {
  const { code, out, err } = await withPackage(t, kind, 'known.ts')
  assert.equal(code, 0, err)
  return known.parse(JSON.parse(out))
}

async function run(t: TestContext, kind: Kind, ...devices: readonly string[]) {
  const { code, out, err } = await withPackage(t, kind, 'runs.ts', ...devices)
  assert.equal(code, 0, err)
  return z.array(ended).parse(JSON.parse(out))
}

const withAddon = (kind: string): Kind => ({ installed: true, addon: true, kind })

test('where the package or its addon is absent no process is started to tell', async (t) => {
  for (const kind of [{ installed: false }, { installed: true }]) {
    assert.deepEqual(await look(t, kind), { found: null, isKept: true })
  }
})

const failures: Record<string, RegExp> = {
  'other Node': /^its package has no addon for this Node \(v24[^)]+\): run "npm rebuild/,
  'no libtensorflow':
    /^its addon cannot be loaded \(libtensorflow\.so\.2: cannot open .*\): run "npm rebuild/,
  'no CUDA library': /^its addon cannot be loaded \(libcudart\.so\.11\.0 is missing\): install CUDA 11\.2/,
  'little memory': /^the GPU has no memory left for TensorFlow: end what else uses it/,
  'full GPU': /^the GPU has no memory left for TensorFlow: end what else uses it/,
  crash:
    /^TensorFlow crashed as it started \(.*(SIG|status).*\): check the NVIDIA driver, CUDA 11\.2 and cuDNN/,
}
for (const [kind, words] of Object.entries(failures)) {
  test(`${kind}: one sentence says what is missing and what to do`, async (t) => {
    const { found, isKept } = await look(t, withAddon(kind))
    assert.equal(found?.available, false)
    assert.match(found.reason, words)
    assert.doesNotMatch(found.reason, /\n/)
    // Memory may come back while the host is open; the rest stays as it is.
    assert.equal(isKept, !/memory/.test(kind) && kind !== 'full GPU')
  })
}

test('without a GPU TensorFlow is named what it is, and taken by name only', async (t) => {
  const reasons: Record<string, RegExp> = {
    'no cuDNN': /^TensorFlow does not find libcudnn\.so\.8: install cuDNN 8\.1; .*"auto" does not take it/,
    'no card': /^CUDA does not start \(CUDA_ERROR_NO_DEVICE\): check .*"auto" does not take it/,
  }
  for (const [kind, words] of Object.entries(reasons)) {
    const { found } = await look(t, withAddon(kind))
    assert.ok(found?.available)
    assert.match(found.device, /^TensorFlow on the processor, \d+ threads?$/)
    assert.match(found.reason, words)
    assert.equal(found.rank, -1)
  }
  const [auto, byName] = await run(t, withAddon('no cuDNN'), 'auto', 'cuda')
  assert.match(auto?.device ?? '', /WebAssembly/)
  assert.match(auto?.why ?? '', /cuda is passed by \(TensorFlow does not find libcudnn/)
  assert.match(byName?.device ?? '', /^TensorFlow on the processor/)
})

test('a GPU that works is named, and "auto" trains on it as the cpu backend does', async (t) => {
  const { found, isKept } = await look(t, withAddon('works'))
  assert.deepEqual(found, {
    available: true,
    rank: 0,
    device: 'NVIDIA Tesla T4, CUDA',
    reason: 'TensorFlow on CUDA',
  })
  assert.ok(isKept)
  const [auto, cpu] = await run(t, withAddon('works'), 'auto', 'cpu')
  assert.equal(auto?.device, 'NVIDIA Tesla T4, CUDA')
  assert.match(auto?.why ?? '', /^the fastest one here: TensorFlow on CUDA/)
  assert.equal(auto?.status, 'completed')
  assert.ok(auto.losses.length > 0)
  assert.deepEqual(auto.losses, cpu?.losses)
})

test('a driver that crashes costs "auto" nothing but the device, and a run by name one sentence', async (t) => {
  const [auto, byName] = await run(t, withAddon('crash'), 'auto', 'cuda')
  assert.equal(auto?.status, 'completed')
  assert.match(auto?.device ?? '', /WebAssembly/)
  assert.match(auto?.why ?? '', /cuda is not available \(TensorFlow crashed/)
  assert.equal(byName?.status, 'failed')
  assert.match(
    byName?.reason ?? '',
    /^While choosing the device: cuda is not available \(TensorFlow crashed .* set "device"/,
  )
})

test('a GPU is measured against our own kernels, and "auto" takes the faster one', async (t) => {
  const [first, again] = await run(t, withAddon('works'), 'measured', 'measured')
  const times = /^the fastest: (\w+) ([\d.]+) ms a step, (\w+) ([\d.]+) ms \(measured on this machine/.exec(
    first?.why ?? '',
  )
  assert.ok(times, first?.why ?? '')
  assert.deepEqual([times[1], times[3]].toSorted(), ['cuda', 'simd'])
  assert.ok(Number(times[2]) <= Number(times[4]))
  assert.match(first?.device ?? '', times[1] === 'cuda' ? /CUDA/ : /WebAssembly/)
  assert.equal(first?.status, 'completed')
  assert.equal(again?.why, first.why)
})

test('a GPU that fails while it is measured is passed by, and why is kept', async (t) => {
  for (const each of await run(t, withAddon('memory for a while'), 'measured', 'measured')) {
    assert.equal(each.status, 'completed')
    assert.match(each.device ?? '', /WebAssembly/)
    assert.match(
      each.why ?? '',
      /^the only one that could be measured: simd .*; cuda could not be measured \(.*the GPU has no memory left/,
    )
  }
})

test('a GPU whose memory ends in the middle of a run ends that run with what to do', async (t) => {
  const [end] = await run(t, withAddon('memory for a while'), 'auto')
  assert.equal(end?.status, 'failed')
  assert.match(end?.reason ?? '', /^While training: the GPU has no memory left for this run.* smaller/)
  assert.ok(end.losses.length > 0)
})

test('every model trains with the operations of the package', async (t) => {
  const { code, err } = await withPackage(t, withAddon('works'), 'training.ts')
  assert.equal(code, 0, err)
})
