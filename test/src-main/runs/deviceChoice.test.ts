import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { byTime } from '../../../shared/run/deviceComparison.ts'
import type { Core } from '../../../src-main/core.ts'
import { createDevices } from '../../../src-main/devices/index.ts'
import { connect } from '../../../src-main/store/database.ts'
import type { RunRecord } from '../../../src-main/store/types.ts'
import { until } from '../../e2e/lab.ts'
import { type CoreLab, cloudsSpec, openLab } from './lab.ts'

/*
 * "auto" with a choice. No test machine has a GPU, so simd and tfjs's wasm are measured against each other: real
 * processes, and real figures in a real database.
 */

const contenders = ['simd', 'wasm'] as const
let lab: CoreLab

before(async () => {
  lab = await openLab(300, contenders)
})
after(() => lab.close())

/** A model of its own for each test. */
const specOf = (hidden: number, epochs = 2) =>
  cloudsSpec(epochs, { model: { kind: 'mlp', hidden: [hidden] } })
const forever = new AbortController().signal
const measuring = 'Measuring devices: simd and wasm, at most about 0.05 s each'

async function stored(hidden: number) {
  const all = await lab.core.devices.comparisons()
  return all.find(({ subject: { model } }) => model.kind === 'mlp' && model.hidden[0] === hidden)
}

async function finished(core: Core, spec: unknown): Promise<RunRecord> {
  return (await (await core.runs.launch(spec)).finished).run
}

test('a new model is measured on each device, the fastest one trains it, and everybody sees why', async () => {
  const active = await lab.core.runs.launch(specOf(9))
  assert.equal(active.setup, measuring)
  assert.equal(active.trainerPid, undefined)
  const other = lab.another()
  const meanwhile = other.store.read.run(active.runId)
  assert.deepEqual([meanwhile.status, meanwhile.device, meanwhile.deviceReason], ['running', null, measuring])
  await assert.rejects(
    other.runs.estimate(specOf(10)),
    new RegExp(`devices are being measured for run ${active.runId}`),
    'what is measured is not disturbed',
  )
  const { run } = await active.finished
  assert.equal(run.status, 'completed')
  const comparison = await stored(9)
  assert.ok(comparison)
  assert.deepEqual(comparison.subject, {
    model: run.spec.model,
    shape: [4],
    classes: 3,
    batchSize: 10,
  })
  const times = comparison.timings.map((timing) => ('stepMs' in timing ? timing.stepMs : Number.NaN))
  assert.deepEqual(
    comparison.timings.map(({ name }) => name),
    contenders,
  )
  assert.ok(times.every((time) => time > 0))
  const fastest = (times[0] ?? 0) <= (times[1] ?? 0) ? 'simd' : 'wasm'
  assert.equal(run.deviceName, fastest)
  const ms = String.raw`[\d.]+ ms`
  const reason = new RegExp(
    `^the fastest: ${fastest} ${ms} a step, \\w+ ${ms} \\(measured on this machine for MLP 9, 4 features, batch 10\\); `,
  )
  assert.match(run.deviceReason ?? '', reason)

  // The second time nobody measures, in this host or in another.
  for (const core of [lab.core, other]) {
    const again = await core.runs.launch(specOf(9))
    assert.equal(again.setup, undefined)
    assert.notEqual(again.trainerPid, undefined)
    assert.equal((await again.finished).run.deviceReason, run.deviceReason)
  }
  assert.deepEqual(await stored(9), comparison)
})

test('a run stays on its device when it is resumed or extended, whatever is faster by then', async () => {
  const spec = { ...specOf(9, 1), device: 'auto' }
  const { id, deviceName } = await finished(lab.core, spec)
  const comparison = await stored(9)
  assert.ok(comparison)
  const slow = { device: 'slow', stepMs: 1e6, steps: 1 }
  const fast = { device: 'fast', stepMs: 1e-6, steps: 1 }
  lab.core.store.write.putDeviceComparison({
    ...comparison,
    timings: contenders.map((name) => ({ name, ...(name === deviceName ? slow : fast) })),
  })
  const extended = (await (await lab.core.runs.extend(id, { cycles: 1 })).finished).run
  assert.equal(extended.status, 'completed')
  assert.equal(extended.deviceName, deviceName)
  assert.match(extended.deviceReason ?? '', /^the device that this run has trained on before; /)
  // A new run takes the other one.
  assert.notEqual((await finished(lab.core, spec)).deviceName, deviceName)
  lab.core.store.write.putDeviceComparison(comparison)
})

test('a run whose device is gone goes on with another one and says so', async (t) => {
  const { id } = await finished(lab.core, specOf(9, 1))
  const db = connect(lab.core.store.path)
  t.after(() => db.close())
  db.run("UPDATE runs SET device_name = 'cuda' WHERE id = ?", id)
  const { run } = await (await lab.core.runs.extend(id, { cycles: 1 })).finished
  assert.equal(run.deviceName, 'simd')
  assert.match(
    run.deviceReason ?? '',
    /^the fastest one left: our own kernels.*; cuda is not available \(there is no TensorFlow/,
  )
})

test('a run from before devices were measured is resumed as it was: webgpu is nothing it could have had', async (t) => {
  const { id } = await finished(lab.core, specOf(9, 1))
  const db = connect(lab.core.store.path)
  t.after(() => db.close())
  db.run('UPDATE runs SET device_name = NULL WHERE id = ?', id)
  const active = await lab.core.runs.extend(id, { cycles: 1 })
  assert.equal(active.setup, undefined)
  const { run } = await active.finished
  assert.deepEqual([run.deviceName, run.status], ['simd', 'completed'])
  assert.match(run.deviceReason ?? '', /^the fastest one here: our own kernels/)
})

test('a device that failed is passed by with its reason for a day, then it is measured anew', async () => {
  await finished(lab.core, specOf(9, 1))
  const comparison = await stored(9)
  assert.ok(comparison)
  const failed = (measuredAt: number) =>
    lab.core.store.write.putDeviceComparison({
      ...comparison,
      timings: [
        { name: 'simd', failure: 'its process failed: it was lost' },
        { name: 'wasm', device: 'WebAssembly', stepMs: 3, steps: 9 },
      ],
      measuredAt,
    })
  failed(Date.now())
  const run = await finished(lab.core, specOf(9, 1))
  assert.equal(run.deviceName, 'wasm')
  assert.match(
    run.deviceReason ?? '',
    /^the only one that could be measured: wasm 3\.0 ms a step .*; simd could not be measured \(its process failed: it was lost\); /,
  )
  failed(Date.now() - 25 * 60 * 60 * 1000)
  const active = await lab.core.runs.launch(specOf(9, 1))
  assert.equal(active.setup, measuring)
  active.ask({ type: 'stop', when: 'now' })
  await active.finished
  lab.core.store.write.putDeviceComparison(comparison)
})

test('a run is stopped while its devices are measured, from here and from another host, and goes on when resumed', async () => {
  const other = lab.another()
  const { read } = lab.core.store
  for (const asker of [lab.core, other]) {
    const { runId, finished: end } = await lab.core.runs.launch(specOf(11))
    assert.deepEqual(await asker.runs.command(runId, { type: 'stop', when: 'now' }), { outcome: 'obeyed' })
    const { run } = await end
    assert.deepEqual([run.status, run.stepsDone, run.device, run.deviceReason], ['stopped', 0, null, null])
    assert.match(run.reason ?? '', /while its devices were being measured/)
  }
  assert.equal(await stored(11), undefined)
  const [stopped] = read.runs({ status: 'stopped', limit: 1 })
  const resumed = await lab.core.runs.resume(stopped?.id ?? '')
  assert.equal(resumed.setup, measuring)
  // Other orders wait for the trainer.
  assert.deepEqual(await lab.core.runs.command(resumed.runId, { type: 'pause' }), { outcome: 'obeyed' })
  assert.deepEqual(await lab.core.runs.command(resumed.runId, { type: 'resume' }), { outcome: 'obeyed' })
  assert.equal((await resumed.finished).run.status, 'completed')
  assert.ok(await stored(11))
})

test('while another run trains a new model is not measured, which its reason says', async () => {
  const { runs, devices } = lab.core
  const model = { kind: 'mlp' as const, hidden: [16], dropout: 0 }
  const { timings } = await devices.compare({ model, shape: [4], classes: 3, batchSize: 10 }, forever)
  const busy = await runs.launch(cloudsSpec(100_000, { device: 'cpu' }))
  const active = await runs.launch(specOf(12))
  assert.equal(active.setup, undefined)
  const { run } = await active.finished
  assert.equal(run.deviceName, 'simd')
  assert.match(
    run.deviceReason ?? '',
    new RegExp(`have not been measured for this model \\(run ${busy.runId} trains now`),
  )
  // What was measured before can be told all the same.
  const [fastest] = byTime(timings)
  assert.ok(fastest)
  assert.deepEqual(await runs.estimate(specOf(16)), {
    secondsPerStep: fastest.stepMs / 1000,
    secondsPerEvaluation: null,
    source: 'measured',
    device: fastest.device,
  })
  await runs.command(busy.runId, { type: 'stop', when: 'now' })
  await busy.finished
  assert.equal(await stored(12), undefined)
})

test('figures that a run has disturbed are used and told so, and not kept', async () => {
  const { runs } = lab.core
  const active = await runs.launch(specOf(20))
  assert.equal(active.setup, measuring)
  // Named, it does not wait.
  const disturbing = await lab.another().runs.launch(cloudsSpec(100_000, { device: 'cpu' }))
  const { run } = await active.finished
  assert.equal(run.status, 'completed')
  assert.match(run.deviceReason ?? '', /^the fastest: .*\(measured on this machine for MLP 20/)
  assert.match(
    run.deviceReason ?? '',
    new RegExp(`; run ${disturbing.runId} used the machine meanwhile, so that the figures are not kept; `),
  )
  assert.equal(await stored(20), undefined)
  await runs.command(disturbing.runId, { type: 'stop', when: 'now' })
  await disturbing.finished
})

test('a run of another model waits until the first one is measured, and disturbs no figures', async () => {
  const { runs } = lab.core
  const first = await runs.launch(specOf(21, 100_000))
  const second = await runs.launch(specOf(22))
  assert.equal(first.setup, measuring)
  assert.equal(second.setup, 'Waiting until devices have been measured for another run')
  const { run } = await second.finished
  assert.match(
    run.deviceReason ?? '',
    new RegExp(`have not been measured for this model \\(run ${first.runId} trains now`),
  )
  await runs.command(first.runId, { type: 'stop', when: 'now' })
  await first.finished
  assert.ok(await stored(21))
  assert.equal(await stored(22), undefined)
})

test('runs of one model share one measurement', async () => {
  const both = await Promise.all([lab.core.runs.launch(specOf(23)), lab.core.runs.launch(specOf(23))])
  const reasons = await Promise.all(
    both.map(async ({ finished: end }) => /^[^;]+/.exec((await end).run.deviceReason ?? '')?.[0]),
  )
  assert.match(reasons[0] ?? '', /^the fastest/)
  assert.equal(reasons[0], reasons[1])
  assert.ok(await stored(23))
})

test('a run in another program waits too, even where its own model is known', async () => {
  const other = lab.another()
  const first = await lab.core.runs.launch(specOf(24))
  const second = await other.runs.launch(specOf(9))
  assert.equal(second.setup, 'Waiting until devices have been measured for another run')
  assert.equal(second.trainerPid, undefined)
  const { read } = other.store
  assert.equal(read.run(second.runId).deviceReason, second.setup)
  assert.deepEqual(
    [(await first.finished).run.status, (await second.finished).run.status],
    ['completed', 'completed'],
  )
  assert.ok(await stored(24))
})

test('nothing is measured anew on demand while a run trains, or devices are measured for one', async () => {
  const { runs, devices } = lab.core
  const subject = { model: { kind: 'softmax' as const }, shape: [4], classes: 3, batchSize: 10 }
  const known = await devices.comparisons()
  const other = lab.another()
  const active = await other.runs.launch(specOf(25, 100_000))
  await assert.rejects(devices.compare(subject, forever), {
    name: 'UserError',
    message: `While measuring devices: devices are being measured for run ${active.runId}, and the two would slow each other down; measure when it has ended.`,
  })
  await until('it to train', () => lab.core.store.read.trainingRun())
  await assert.rejects(devices.compare(subject, forever), {
    name: 'UserError',
    message: new RegExp(`^While measuring devices: run ${active.runId} trains now, `),
  })
  await runs.command(active.runId, { type: 'stop', when: 'now' })
  await active.finished
  const [newest, ...rest] = await devices.comparisons()
  assert.deepEqual(rest, known)
  assert.deepEqual(newest, await stored(25))
})

test('an estimate measures the devices once, for the run that follows too', async () => {
  const { runs } = lab.core
  const { device } = await runs.estimate(specOf(13))
  const comparison = await stored(13)
  assert.ok(comparison)
  const active = await runs.launch(specOf(13))
  assert.equal(active.setup, undefined)
  assert.equal((await active.finished).run.device, device)
  assert.equal((await runs.estimate(specOf(13))).source, 'pastRun')
})

test('a model that no device can build says so itself, and nothing is kept of it', async () => {
  const known = (await lab.core.devices.comparisons()).length
  const active = await lab.core.runs.launchToStay(cloudsSpec(1, { model: { kind: 'resnet', depth: 8 } }))
  const { run } = await active.finished
  assert.equal(run.status, 'failed')
  assert.match(run.reason ?? '', /needs images/)
  assert.equal((await lab.core.devices.comparisons()).length, known)
})

test('closing the host while it measures interrupts the run, and keeps nothing half measured', async () => {
  const own = lab.another()
  const { runId } = await own.runs.launch(specOf(14))
  await own.close()
  const run = lab.core.store.read.run(runId)
  assert.deepEqual([run.status, run.stepsDone, run.deviceReason], ['interrupted', 0, null])
  assert.match(run.reason ?? '', /was closed/)
  assert.equal(await stored(14), undefined)
})

test('a host that is killed while it measures loses nothing, and the next start measures again', async () => {
  const script = path.join(import.meta.dirname, 'measuringHost.ts')
  const child = spawn(process.execPath, [script, lab.home], { stdio: ['ignore', 'inherit', 'inherit'] })
  const gone = once(child, 'exit')
  const { read, write } = lab.core.store
  const measured = () =>
    read.runs({ status: 'running' }).find(({ deviceReason }) => deviceReason === measuring)
  const { id } = await until('the run to measure', measured)
  child.kill('SIGKILL')
  await gone
  await until('the end to be noticed', () => write.sweepDeadRuns().includes(id) || undefined)
  const run = read.run(id)
  assert.deepEqual([run.status, run.deviceReason], ['interrupted', null])
  assert.equal(await stored(15), undefined)
  const resumed = await lab.core.runs.resume(id)
  assert.equal(resumed.setup, measuring)
  assert.equal((await resumed.finished).run.status, 'completed')
  assert.ok(await stored(15))
})

test('with one device alone nothing is measured and no process is started to tell', async () => {
  const devices = createDevices({ contenders: ['cuda', 'webgpu', 'simd'], whyAbsent: () => 'it is not here' })
  const subject = { model: { kind: 'softmax' as const }, shape: [4], classes: 3, batchSize: 10 }
  assert.deepEqual(await devices.choose({ wanted: 'auto', subject }), {
    type: 'advice',
    advice: { known: {} },
  })
  devices.close()
})
