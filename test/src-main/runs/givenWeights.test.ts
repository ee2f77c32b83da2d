import assert from 'node:assert/strict'
import { copyFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { safetensors } from '../../../src-main/export/safetensors.ts'
import { exportSnapshot } from '../../../src-main/export/snapshot.ts'
import type { RunRecord } from '../../../src-main/store/types.ts'
import { invokeHere } from '../cli/testTerminal.ts'
import { type CoreLab, cloudsSpec, openLab } from './lab.ts'

/* Runs that begin with weights of a file or of a snapshot: what is kept, what is refused, and the bits they begin with. */

let lab: CoreLab
let trained: RunRecord
let file: string
before(async () => {
  lab = await openLab()
  trained = (await (await lab.core.runs.launch(cloudsSpec(1))).finished).run
  file = path.join(lab.home, 'trained.safetensors')
  const [snapshot] = lab.core.store.read.snapshots(trained.id)
  const chunks = exportSnapshot(lab.core.store, snapshot?.id ?? 0, 'safetensors').flatMap(
    (each) => each.chunks,
  )
  writeFileSync(file, Buffer.concat(chunks.map((chunk) => Buffer.from(chunk))))
})
after(() => lab.close())

const begin = async (of: { file: string } | { snapshotId: number }, more = {}, partly = false) =>
  (await (await lab.core.runs.launch(cloudsSpec(1, more), { kind: 'weights', of, partly })).finished).run

/** Before the test that damages the file. */
test('what does not fit is refused by name and shape, and nothing is stored; partly, it is drawn', async () => {
  const { read } = lab.core.store
  const stored = read.runs().length
  const wider = { model: { kind: 'mlp', hidden: [9] } }
  await assert.rejects(
    begin({ file }, wider),
    /must have the shape \[\d+,9\] \(found \[\d+,8\]\).*; give weights/,
  )
  await assert.rejects(begin({ file }, { model: { kind: 'mlp', hidden: [8, 8] } }), /is missing/)
  await assert.rejects(begin({ file }, { model: { kind: 'softmax' } }), /no tensor of the model/)
  const other = path.join(lab.home, 'other.safetensors')
  const tensor = { name: 'x', shape: [1], data: new Uint8Array(4) }
  writeFileSync(other, Buffer.concat(safetensors([tensor], {})))
  await assert.rejects(begin({ file: other }, {}, true), /none of its tensors fits/)
  await assert.rejects(begin({ file: 'trained.safetensors' }), /whole path/)
  await assert.rejects(begin({ snapshotId: 999 }), /999/)
  assert.equal(read.runs().length, stored)
  const run = await begin({ file }, { model: { kind: 'mlp', hidden: [8, 8] } }, true)
  assert.equal(run.status, 'completed', run.reason ?? '')
  const model = read.initialTensors(run.id)
  const { random = [], unused = [] } = run.initial ?? {}
  assert.ok(random.length > 0 && random.length < model.length, `${random}`)
  const [snapshot] = read.snapshots(trained.id)
  const given = read.snapshotModel(snapshot?.id ?? 0).tensors
  for (const { name, data } of model.filter((each) => !random.includes(each.name)))
    assert.deepEqual(data, given.find((each) => each.name === name)?.data, name)
  const fresh = (await (await lab.core.runs.launch(cloudsSpec(1, { seed: 9 }))).finished).run
  assert.equal(fresh.initial, null)
  assert.deepEqual(
    unused,
    random.filter((name) => given.some((each) => each.name === name)),
  )
})

test('every run of a study begins with them, later ones too when the file is gone; what fits no network stops it before a run', async () => {
  const { studies, store, runs } = lab.core
  const counts = () => [store.read.runs().length, store.read.studies().length]
  const before = counts()
  const copy = path.join(lab.home, 'copy.safetensors')
  copyFileSync(file, copy)
  const sweep = (hidden: readonly number[][], of: object) => ({
    kind: 'sweep',
    base: cloudsSpec(1, { device: 'cpu' }),
    axes: [{ path: 'model.hidden', values: hidden }],
    seeds: [1, 2],
    initialWeights: { of },
  })
  await assert.rejects(studies.launch(sweep([[8], [9]], { file: copy })), /must have the shape \[\d+,9\]/)
  await assert.rejects(studies.launch(sweep([[8]], { runId: trained.id })), /was given none to begin with/)
  assert.deepEqual(counts(), before)

  const id = await studies.launch(sweep([[8]], { file: copy }))
  const begun = () => store.read.studyCells(id).map(({ info }) => store.read.run(info.runId))
  const { initialWeights } = store.read.study(id).study.spec
  assert.equal(initialWeights?.from, 'copy.safetensors')
  rmSync(copy)
  await studies.extend({ id, seeds: [3] })
  assert.deepEqual(
    begun().map(({ spec, initial }) => [spec.seed, initial?.sha256, initial?.weightsSha256]),
    [1, 2, 3].map((seed) => [seed, initialWeights?.sha256, trained.finalWeightsSha256]),
  )
  const values = [{ path: 'model.hidden', values: [[9]] }]
  await assert.rejects(studies.extend({ id, values }), /copy\.safetensors/)
  writeFileSync(copy, Buffer.concat(safetensors([{ name: 'x', shape: [1], data: new Uint8Array(4) }], {})))
  await assert.rejects(studies.extend({ id, values }), /has other content than the study began with/)
  assert.equal(begun().length, 3)
  const [snapshot] = store.read.snapshots(trained.id)
  await studies.command(id, 'cancel')

  // The file that "Copy train spec" writes, swept by the command line.
  const copied = path.join(lab.home, 'copied.json')
  const fromSnapshot = { initialWeights: { of: { snapshotId: snapshot?.id } } }
  writeFileSync(copied, JSON.stringify({ ...cloudsSpec(1), ...fromSnapshot }))
  const swept = ['sweep', '--spec', copied, '--axis', 'batchSize=8,10', '--queue', '--json']
  const told = await invokeHere(lab.home, swept)
  assert.equal(told.code, 0, told.err)
  const study = store.read.studies().find((each) => each.id !== id)
  assert.ok(study)
  for (const { info } of store.read.studyCells(study.id))
    assert.equal(store.read.run(info.runId).initial?.weightsSha256, trained.finalWeightsSha256)
  await studies.command(study.id, 'cancel')
  assert.match(
    (await invokeHere(lab.home, [...swept, '--initial-weights', '1'])).err,
    /leave one of the two out/,
  )

  // A study of what one of its runs began with, partly: random tensors are those of each run's own seed.
  const [first] = begun()
  const own = await studies.launch({
    ...sweep([[8, 8]], { runId: first?.id }),
    initialWeights: { of: { runId: first?.id }, partly: true },
  })
  const [one, two] = store.read.studyCells(own).map(({ info }) => store.read.run(info.runId))
  assert.equal(one?.initial?.from, 'copy.safetensors')
  assert.deepEqual(one?.initial?.random, two?.initial?.random)
  assert.notEqual(one?.initial?.weightsSha256, two?.initial?.weightsSha256)
  await studies.command(own, 'cancel')
  assert.equal((await (await runs.resume(one?.id ?? '')).finished).run.status, 'completed')
})

test('stopped and resumed, it ends with the same bits; so does it when it was queued', async () => {
  const { runs, store } = lab.core
  const whole = await begin({ file }, { budget: { epochs: 3 } })
  const from = { kind: 'weights', of: { file }, partly: false } as const
  const first = await runs.launch(cloudsSpec(3), from)
  await runs.command(first.runId, { type: 'stop', when: 'now' }).catch(() => undefined)
  const { run: stopped } = await first.finished
  if (stopped.status !== 'completed') await (await runs.resume(first.runId)).finished
  assert.equal(store.read.run(first.runId).finalWeightsSha256, whole.finalWeightsSha256)
  const queued = await runs.enqueue(cloudsSpec(3), from)
  assert.equal(queued.initial?.weightsSha256, trained.finalWeightsSha256)
  const { run: begun } = await (await runs.resume(queued.id)).finished
  assert.equal(begun.finalWeightsSha256, whole.finalWeightsSha256)
})

test('a file gives the bits that its snapshot has, and they stay with the run', async () => {
  const { store } = lab.core
  const ofFile = await begin({ file })
  assert.equal(ofFile.status, 'completed', ofFile.reason ?? '')
  assert.equal(ofFile.initial?.from, 'trained.safetensors')
  assert.equal(ofFile.initial?.weightsSha256, trained.finalWeightsSha256)
  assert.deepEqual(ofFile.initial?.random, [])
  const [snapshot] = store.read.snapshots(trained.id)
  const ofSnapshot = await begin({ snapshotId: snapshot?.id ?? 0 })
  assert.equal(ofSnapshot.finalWeightsSha256, ofFile.finalWeightsSha256)
  const tuned = { runId: trained.id, kind: 'fineTune' as const }
  const { run: child } = await (await lab.core.runs.launch(cloudsSpec(1), tuned)).finished
  assert.equal(child.finalWeightsSha256, ofFile.finalWeightsSha256)
  const again = { runId: ofFile.id, kind: 'again' as const }
  writeFileSync(file, Buffer.concat([Buffer.from('gone')]), { flag: 'a' })
  const { run: repeated } = await (await lab.core.runs.launch(cloudsSpec(1), again)).finished
  assert.equal(repeated.finalWeightsSha256, ofFile.finalWeightsSha256, 'though the file is another one')
})
