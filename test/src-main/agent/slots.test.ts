import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import type { KnownDevices } from '../../../shared/run/probe.ts'
import { runSpec } from '../../../shared/run/spec.ts'
import { comparisonsFile } from '../../../src-main/agent/comparisonsFile.ts'
import { createSlots, type Slots, type SlotsOptions, type Started } from '../../../src-main/agent/slots.ts'
import { createDevices, type DevicesOptions } from '../../../src-main/devices/index.ts'

/*
 * nvidia-smi is a program on the PATH that prints what a file says, asked as the real one is. What its GPUs can do is said
 * here: no TensorFlow finds one on a machine of tests.
 */

const GiB = 2 ** 10
const [first, second] = ['GPU-11111111-aaaa', 'GPU-22222222-bbbb']

describe('the places of a worker', {
  skip: process.platform === 'win32' && 'the stand-in for nvidia-smi is a shell script',
}, () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'anneal-slots-'))
  const earlier = { PATH: process.env.PATH, CUDA_VISIBLE_DEVICES: process.env.CUDA_VISIBLE_DEVICES }
  let slots: Slots
  before(() => {
    process.env.PATH = `${folder}${path.delimiter}${process.env.PATH}`
  })
  after(() => {
    restore('PATH', earlier.PATH)
    rmSync(folder, { recursive: true, force: true })
  })
  beforeEach(() => {
    delete process.env.CUDA_VISIBLE_DEVICES
    rmSync(path.join(folder, 'nvidia-smi'), { force: true })
  })
  afterEach(() => {
    slots.close()
    restore('CUDA_VISIBLE_DEVICES', earlier.CUDA_VISIBLE_DEVICES)
  })

  function restore(name: string, value: string | undefined): void {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }

  /** @param used mebibytes of each GPU's memory · @param apps "uuid, pid" */
  function nvidiaSmi(used: readonly number[], apps: readonly string[] = []): void {
    const gpus = [first, second].map((uuid, i) => `${i}, ${uuid}, NVIDIA H200, 143771, ${used[i] ?? 0}`)
    const script = `case "$1" in
      --query-gpu=index,uuid,name,memory.total,memory.used) cat <<'END'\n${gpus.slice(0, used.length).join('\n')}\nEND\n;;
      --query-compute-apps=gpu_uuid,pid) cat <<'END'\n${apps.join('\n')}\nEND\n;;
      *) echo "not asked so" >&2; exit 2;;
    esac
    [ "$2" = --format=csv,noheader,nounits ]`
    writeFileSync(path.join(folder, 'nvidia-smi'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  }

  const seen: (string | undefined)[] = []
  function open(known: KnownDevices, options: Partial<SlotsOptions> = {}): Slots {
    seen.length = 0
    const devicesOf = (how: DevicesOptions) => {
      const real = createDevices(how)
      if (how.contenders?.join() === 'simd') return real
      seen.push(how.env?.CUDA_VISIBLE_DEVICES)
      const { webgpu, ...others } = known
      const isElsewhere = how.whyAbsent?.('webgpu') === 'WebGPU is of another place'
      const here = isElsewhere || webgpu === undefined ? others : { ...others, webgpu }
      return { ...real, contenders: async () => ({ names: [], known: here }) }
    }
    slots = createSlots({ comparisons: comparisonsFile(path.join(folder, 'c.json')), devicesOf, ...options })
    return slots
  }
  const found = (rank = 0) => ({ available: true, rank, device: 'NVIDIA H200', reason: '' }) as const
  const gpusOf = () => slots.list().filter(({ cudaDevice }) => cudaDevice !== undefined)

  it('are one of the processor, all of whose threads it has, where there is no GPU', async () => {
    open({})
    await slots.refresh()
    assert.deepEqual(slots.list(), [{ id: 0, classes: ['processor'], device: 'processor' }])
    const lease = slots.reserve('processor')
    assert.equal(lease?.threads, undefined)
    assert.equal(slots.reserve('processor'), undefined, 'two runs at one place')
    assert.equal(slots.reserve('cuda'), undefined)
    lease?.hold({ runId: 'run', attempt: 2 })
    assert.deepEqual(slots.list()[0]?.running, { runId: 'run', attempt: 2 })
    lease?.release()
    lease?.release()
    assert.ok(slots.reserve('processor'))
  })

  it('share the threads of the processor, never more than there are', () => {
    open({}, { processorSlots: 3 })
    const threads = [0, 1, 2].map(() => slots.reserve('processor')?.threads ?? 0)
    const all = Number(process.env.ANNEAL_THREADS) || availableParallelism()
    assert.ok(threads.reduce((sum, each) => sum + each, 0) <= Math.max(3, all))
    assert.ok(threads.every((each) => each >= 1))
  })

  it('are one for each GPU, whose trainer sees that one alone; WebGPU has one of them', async () => {
    nvidiaSmi([500, 0])
    open({ cuda: found(), webgpu: found(1) })
    await slots.refresh()
    assert.deepEqual(seen, [first, second])
    assert.deepEqual(
      slots.list().map(({ classes, device, cudaDevice }) => [device, cudaDevice, ...classes]),
      [
        ['processor', undefined, 'processor'],
        ['NVIDIA H200 (GPU 0)', first, 'processor', 'cuda', 'webgpu'],
        ['NVIDIA H200 (GPU 1)', second, 'processor', 'cuda'],
      ],
    )
    const [one, two] = [slots.reserve('processor'), slots.reserve('cuda')]
    assert.deepEqual(one?.env, { CUDA_VISIBLE_DEVICES: first }, 'a run of any device takes a GPU first')
    assert.deepEqual(two?.env, { CUDA_VISIBLE_DEVICES: second })
    assert.equal(slots.reserve('cuda'), undefined)
    assert.deepEqual(slots.reserve('processor')?.env, { CUDA_VISIBLE_DEVICES: '' })
  })

  it('offer no GPU on which nothing of ours runs, and say why', async () => {
    nvidiaSmi([0])
    open({ cuda: { available: false, rank: -1, reason: 'cuDNN is missing' } })
    await slots.refresh()
    assert.equal(slots.reserve('cuda'), undefined)
    assert.match(gpusOf()[0]?.unusable ?? '', /Anneal cannot use it: cuDNN is missing/)
  })

  it('offer no GPU that somebody else computes on or fills, until it is free again', async () => {
    nvidiaSmi([500, 30 * GiB], [`${first}, ${process.ppid}`])
    open({ cuda: found() })
    await slots.refresh()
    const [busy, full] = gpusOf()
    assert.match(busy?.unusable ?? '', new RegExp(`somebody else computes on it: process ${process.ppid}$`))
    assert.equal(full?.unusable, 'somebody else fills it: 30.0 GiB of 140.4 GiB are taken')
    assert.equal(slots.reserve('cuda'), undefined)
    nvidiaSmi([500, 400], [`${first}, ${process.pid}`])
    await slots.refresh()
    assert.deepEqual(
      gpusOf().map(({ unusable }) => unusable),
      [undefined, undefined],
      'this worker is not somebody else',
    )
    assert.equal(slots.reserve('cuda')?.slot.cudaDevice, first)
  })

  it('leave a GPU that our run fills as it is, and mark one that its driver lost', async () => {
    nvidiaSmi([0, 0])
    open({ cuda: found() })
    await slots.refresh()
    const lease = slots.reserve('cuda')
    nvidiaSmi([100 * GiB])
    await slots.refresh()
    const [ours, lost] = gpusOf()
    assert.equal(ours?.unusable, undefined)
    assert.match(lost?.unusable ?? '', /no longer lists it/)
    lease?.release()
    await slots.refresh()
    assert.match(gpusOf()[0]?.unusable ?? '', /somebody else fills it/)
  })

  it('are those that whoever started the worker has given it', async () => {
    nvidiaSmi([0, 0])
    for (const [given, wanted] of [
      ['1', [second]],
      [first.slice(0, 9), [first]],
      ['', []],
    ] as const) {
      process.env.CUDA_VISIBLE_DEVICES = given
      open({ cuda: found() })
      await slots.refresh()
      assert.deepEqual(
        gpusOf().map(({ cudaDevice }) => cudaDevice),
        wanted,
        given,
      )
    }
  })

  it('are unusable while the driver fails, and no reason to stop', async () => {
    nvidiaSmi([0])
    open({ cuda: found() })
    await slots.refresh()
    writeFileSync(
      path.join(folder, 'nvidia-smi'),
      '#!/bin/sh\necho "Unable to determine the device handle"\nexit 15\n',
    )
    await slots.refresh()
    assert.match(gpusOf()[0]?.unusable ?? '', /nvidia-smi failed \(Unable to determine the device handle\)/)
    assert.ok(slots.reserve('processor'))
  })

  it('refuse a number of places that cannot be', () => {
    open({})
    assert.throws(() => open({}, { processorSlots: 65 }), /--slots must be from 0 to 64 \(received 65\)/)
  })

  const started = (device: Started['device'], wanted: Started['device'] = device): Started => ({
    device,
    start: {
      type: 'start',
      runId: 'run-1',
      attempt: 1,
      datasetId: '0'.repeat(16),
      plan: { totalSteps: 10, stepsPerEpoch: 10 },
      edits: [],
      spec: runSpec.parse({
        dataset: { name: 'any' },
        model: { kind: 'softmax' },
        schedule: { kind: 'constant', lr: 0.1 },
        device: wanted,
        budget: { steps: 10 },
      }),
    },
    subject: { model: { kind: 'softmax' }, shape: [4], classes: 2, batchSize: 8 },
  })

  it('choose devices for one run at a time, and are told of the runs that train beside it', async () => {
    nvidiaSmi([0])
    const asked: [run: string | undefined, beside: string | undefined][] = []
    const waiting: (() => void)[] = []
    const devicesOf = (how: DevicesOptions) => ({
      ...createDevices(how),
      contenders: async () => ({ names: [], known: { cuda: found() } }),
      async choose({ run }: { readonly run?: string | undefined }) {
        asked.push([run, how.neighbours?.training(run)])
        await new Promise<void>((resolve) => waiting.push(resolve))
        return { type: 'advice' as const, advice: { known: {} } }
      },
    })
    open({}, { devicesOf })
    await slots.refresh()
    const [one, two] = [slots.reserve('processor'), slots.reserve('processor')]
    assert.ok(one && two)
    const { signal } = new AbortController()
    const other = started('auto')
    const answers = [
      slots.adviceFor(started('auto'), one, signal),
      slots.adviceFor({ ...other, start: { ...other.start, runId: 'run-2' } }, two, signal),
    ]
    await new Promise(setImmediate)
    assert.deepEqual(asked, [['run-1', undefined]])
    waiting.shift()?.()
    await answers[0]
    await new Promise(setImmediate)
    assert.deepEqual(asked[1], ['run-2', 'run-1'])
    waiting.shift()?.()
    await answers[1]
    one.release()
    const again = slots.reserve('processor')
    assert.ok(again)
    const third = slots.adviceFor(started('auto'), again, signal)
    await new Promise(setImmediate)
    assert.deepEqual(asked[2], ['run-1', 'run-2'], 'a run that has ended disturbs nothing')
    waiting.shift()?.()
    await third
  })

  it('keep a run of the processor from GPUs, whatever the machine has', async () => {
    nvidiaSmi([0])
    open({ cuda: found() })
    await slots.refresh()
    slots.reserve('cuda')
    const lease = slots.reserve('processor')
    assert.ok(lease)
    const { signal } = new AbortController()
    assert.deepEqual(await slots.adviceFor(started('auto'), lease, signal), { known: {} })
    const stays = await slots.adviceFor(started('cuda', 'auto'), lease, signal)
    assert.deepEqual(stays.auto?.order, ['cuda'])
    assert.equal(stays.known.cuda?.available, false)
    assert.deepEqual(slots.list()[0]?.running, { runId: 'run-1', attempt: 1 })
  })
})

describe('the file of measured times', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'anneal-comparisons-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const comparison = {
    machine: {
      platform: 'p',
      processor: 'c',
      threads: '2',
      versions: { node: '24' },
      kernels: 'k',
      devices: { simd: '', cuda: 'x' },
    },
    subject: { model: { kind: 'softmax' as const }, shape: [4], classes: 2, batchSize: 8 },
    timings: [{ name: 'simd' as const, device: 'd', stepMs: 2, steps: 3 }],
    measuredAt: 5,
  }

  it('gives back to the next agent what the last one measured', () => {
    const file = path.join(folder, 'comparisons.json')
    comparisonsFile(file).put(comparison)
    comparisonsFile(file).put({ ...comparison, measuredAt: 6 })
    const { machine, subject } = comparison
    const reordered = { ...machine, devices: { cuda: 'x', simd: '' } }
    assert.equal(comparisonsFile(file).get(reordered, subject)?.measuredAt, 6)
    assert.equal(comparisonsFile(file).list(machine).length, 1)
    assert.equal(comparisonsFile(file).get({ ...machine, threads: '3' }, subject), undefined)
  })

  it('is as good as none where it is damaged or cannot be written', () => {
    const file = path.join(folder, 'damaged.json')
    writeFileSync(file, '[{"machine":')
    const store = comparisonsFile(path.join(file, 'no-folder'))
    store.put(comparison)
    assert.equal(store.list(comparison.machine).length, 1)
    assert.deepEqual(comparisonsFile(file).list(comparison.machine), [])
  })
})
