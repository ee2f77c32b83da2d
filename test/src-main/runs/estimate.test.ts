import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { parseRunSpec } from '../../../shared/run/spec.ts'
import { pastSpeed } from '../../../src-main/runs/pastSpeed.ts'
import { claimedRun, epoch, newRun, tempStore } from '../store/fixtures.ts'
import { type CoreLab, cloudsSpec, openLab } from './lab.ts'

let lab: CoreLab

before(async () => {
  lab = await openLab()
})
after(() => lab.close())

const narrow = (batchSize: number) => cloudsSpec(1, { batchSize })

test('a spec that nobody has run is measured, kept, and then told from the run that was made of it', async () => {
  const { runs, store } = lab.core
  const measured = await runs.estimate(cloudsSpec(1))
  assert.equal(measured.source, 'measured')
  assert.ok(measured.secondsPerStep > 0 && measured.secondsPerStep < 1, `${measured.secondsPerStep} s`)
  assert.ok(measured.secondsPerEvaluation !== null && measured.secondsPerEvaluation > 0)
  assert.match(measured.device, /WebAssembly/)
  // The budget, the schedule and the seed do not change it: the very numbers come again.
  const other = { schedule: { kind: 'constant', lr: 1 }, seed: 9 }
  assert.deepEqual(await runs.estimate(cloudsSpec(9, other)), measured)
  assert.equal(store.read.runs().length, 0, 'nothing is stored')

  const { run } = await (await runs.launch(cloudsSpec(3))).finished
  const past = await runs.estimate(cloudsSpec(5, other))
  assert.equal(past.source, 'pastRun')
  assert.equal(past.device, run.device)
  const seconds = store.read.epochs(run.id).map((each) => each.seconds)
  const { stepsPerEpoch } = run.planned.plan
  const epochs = past.secondsPerStep * stepsPerEpoch + (past.secondsPerEvaluation ?? 0)
  // Medians of what its steps and its evaluations took: near an epoch, but none of the run's own.
  assert.ok(
    epochs >= Math.min(...seconds) / 3 && epochs <= Math.max(...seconds) * 3,
    `${epochs} of ${seconds}`,
  )
})

test('what is measured is about what a step then takes', async () => {
  const { runs } = lab.core
  const spec = cloudsSpec(40, {
    model: { kind: 'mlp', hidden: [2048] },
    batchSize: 64,
    evaluation: { everyEpochs: 100 },
  })
  const { secondsPerStep } = await runs.estimate(spec)
  const { run } = await (await runs.launch(spec)).finished
  const { secondsPerStep: taken } = await runs.estimate(spec)
  assert.equal(run.status, 'completed')
  const ratio = secondsPerStep / taken
  assert.ok(ratio > 0.05 && ratio < 20, `measured ${secondsPerStep}, then ${taken}`)
})

test('a model that cannot be built is refused in its own sentence, and asked again it is tried again', async () => {
  const wrong = cloudsSpec(1, { model: { kind: 'resnet', depth: 8 } })
  for (let i = 0; i < 2; i++) await assert.rejects(lab.core.runs.estimate(wrong), /needs images/)
  await assert.rejects(lab.core.runs.estimate({ ...cloudsSpec(1), batchSize: 0 }), /batchSize/)
})

test('of several questions one is measured at a time, and the newest is not given up', async () => {
  const { runs } = lab.core
  const asked = await Promise.allSettled([2, 3, 4].map((size) => runs.estimate(narrow(size))))
  assert.equal(asked[2]?.status, 'fulfilled')
  // Whichever of the others came first was being measured; the last one could only wait, and gave way.
  const refused = asked.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []))
  assert.equal(refused.length, 1)
  assert.match(refused[0] ?? '', /so this one was not measured/)
})

test('nothing is measured while a run trains, and what is being measured gives way to one', async () => {
  const { runs } = lab.core
  const disturbed = assert.rejects(runs.estimate(narrow(5)), /another run was started/)
  // Its process has been started by the time the plan of the spec is known.
  await runs.estimate(cloudsSpec(1))
  const active = await runs.launch(cloudsSpec(100_000))
  await disturbed
  await assert.rejects(runs.estimate(narrow(6)), new RegExp(`run ${active.runId} trains now`))
  assert.equal((await runs.estimate(cloudsSpec(1))).source, 'pastRun', 'what is stored is told all the same')
  assert.deepEqual(await runs.command(active.runId, { type: 'stop', when: 'now' }), { outcome: 'obeyed' })
  assert.equal((await runs.estimate(narrow(6))).source, 'measured')
})

test('a past run counts only with the same model, data, batch size, device and augmentation', (t) => {
  const store = tempStore(t)
  const base = { schedule: { kind: 'constant', lr: 0.1 }, budget: { steps: 300 }, batchSize: 50 }
  const run = claimedRun(store, { spec: parseRunSpec(base) })
  const metrics = (seq: number, firstStep: number, samplesPerSecond: number) => ({
    runId: run.id,
    attempt: run.attempt,
    seq,
    type: 'metrics' as const,
    firstStep,
    columns: { loss: new Float64Array(50).fill(1) },
    samplesPerSecond,
  })
  const ready = {
    deviceName: 'wasm' as const,
    device: 'a device',
    reason: 'r',
    parameters: 1,
    totalSteps: 300,
  }
  const envelope = { runId: run.id, attempt: run.attempt, seq: 0 }
  const same = (more: object) => pastSpeed(store.read, parseRunSpec({ ...base, ...more }), newRun.datasetId)
  store.record([{ ...envelope, type: 'ready', ...ready }, metrics(1, 0, 1000)])
  assert.equal(same({}), undefined, 'no whole epoch yet')
  // 100 steps an epoch: 5 s of steps at 1000 examples a second, and one slow batch that holds the evaluation.
  store.record([metrics(2, 50, 200), { ...epoch(run, 3, 1), step: 99, seconds: 8, trainingSeconds: 5 }])
  store.record([metrics(4, 100, 1000), metrics(5, 150, 1000), metrics(6, 200, 1000)])
  assert.deepEqual(same({ seed: 7, budget: { epochs: 1 }, schedule: { kind: 'rex', lrStart: 1 } }), {
    secondsPerStep: 0.05,
    secondsPerEvaluation: 3,
    source: 'pastRun',
    device: 'a device',
  })
  const others: object[] = [
    { batchSize: 51 },
    { device: 'cpu' },
    { model: { kind: 'mlp', hidden: [255] } },
    { model: { kind: 'softmax' } },
    { augmentation: { flip: true } },
    { dataset: { validation: 0.2 } },
    { optimizer: { kind: 'adam' } },
  ]
  for (const other of others) assert.equal(same(other), undefined, JSON.stringify(other))
  assert.equal(pastSpeed(store.read, parseRunSpec(base), 'fedcba9876543210'), undefined)
  const later = claimedRun(store, { spec: parseRunSpec(base) })
  const busy = [2, 3].map((seq) => ({ ...metrics(seq, 50 * (seq - 2), 100), runId: later.id }))
  const slow = { ...epoch(later, 4, 1), step: 99, seconds: 60, trainingSeconds: 50 }
  store.record([{ ...envelope, runId: later.id, type: 'ready', ...ready }, ...busy, slow])
  assert.equal(same({})?.secondsPerStep, 0.05, 'a run of a busy hour does not speak for the next one')
  store.write.setStatus(later.id, 'failed', 'x')
  store.write.trashRuns([later.id])
  store.write.setStatus(run.id, 'failed', 'x')
  store.write.trashRuns([run.id])
  assert.equal(same({}), undefined, 'deleted')
})
