import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { parseRunSpec } from '../../../shared/run/spec.ts'
import { openStore } from '../../../src-main/store/index.ts'
import { cloudsCsv } from '../../e2e/lab.ts'
import { invokeHere } from './testTerminal.ts'

/* Runs by their names, names that were misspelt, and names that would steer a terminal. */

let home: string
const ids: string[] = []
const evil = 'evil\u202egnp\u009b2J\u001b[2J'

const anneal = (...args: string[]) => invokeHere(home, args)

async function refused(wanted: RegExp, ...args: string[]): Promise<void> {
  const { code, out, err } = await anneal(...args)
  assert.deepEqual([code, out], [2, ''], err)
  assert.match(err, wanted)
  assert.match(err, /^[^\n]+\n$/)
}

before(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'anneal-names-'))
  const csv = path.join(home, 'clouds.csv')
  writeFileSync(csv, cloudsCsv(60))
  const imported = await anneal('datasets', 'import', csv, '--format', 'csv', '--label', 'cloud')
  assert.equal(imported.code, 0, imported.err)
  for (const name of ['clouds', 'twice', 'twice', evil]) {
    const spec = path.join(home, 'run.json')
    const run = {
      name,
      dataset: { name: 'clouds' },
      model: { kind: 'softmax' },
      schedule: { kind: 'sgdr', lrMax: 0.1, t0: 1 },
      batchSize: 16,
      budget: { epochs: 1 },
    }
    writeFileSync(spec, JSON.stringify(run))
    const { code, out, err } = await anneal('train', '--queue', '--spec', spec, '--json')
    assert.equal(code, 0, err)
    ids.push(JSON.parse(out).runId)
  }
})
after(() => rmSync(home, { recursive: true, force: true }))

test('a run is meant by its name or the beginning of its id; where several are, all are named', async () => {
  const idOf = async (given: string): Promise<string> =>
    JSON.parse((await anneal('runs', 'show', given, '--json')).out).runId
  const [clouds = '', first = '', second = ''] = ids
  assert.equal(await idOf('clouds'), clouds)
  assert.equal(await idOf(clouds), clouds)
  assert.equal(await idOf(evil), ids[3])
  const both = new RegExp(
    `more than one is meant, .*(${first} .*${second}|${second} .*${first}).*; give the id of one\\.`,
  )
  await refused(both, 'runs', 'show', 'twice')
  for (const command of [
    ['resume'],
    ['extend'],
    ['stop'],
    ['pause'],
    ['unpause'],
    ['runs', 'export'],
    ['runs', 'delete'],
    ['snapshots', 'list'],
    ['ensemble', '--run'],
    ['ensembles', 'list', '--run'],
  ])
    await refused(/more than one is meant/, ...command, 'twice')
  await refused(/more than one is meant/, 'anneal', 'twice', '--epochs', '1')
  await refused(/more than one is meant/, 'queue', 'move', 'twice', '--to', 'first')
})

test('the list has names and the best accuracy on validation data, and says so in its head', async () => {
  const { out } = await anneal('runs', 'list')
  assert.match(out.split('\n')[1] ?? '', /^ +run +name +status +best validation +steps/)
  const { runs } = JSON.parse((await anneal('runs', 'list', '--json')).out)
  assert.deepEqual(
    runs.map(({ bestValAccuracy }: { bestValAccuracy: number | null }) => bestValAccuracy),
    [null, null, null, null],
  )
})

test('the whole id of a run goes before a name that is written like it', async () => {
  const store = openStore(path.join(home, 'anneal.db'))
  const [clouds = '', first = ''] = ids
  store.write.annotate(first, { name: clouds })
  store.close()
  const { out } = await anneal('runs', 'show', clouds, '--json')
  assert.equal(JSON.parse(out).runId, clouds)
  const undo = openStore(path.join(home, 'anneal.db'))
  undo.write.annotate(first, { name: 'twice' })
  undo.close()
})

test('what was misspelt is told with what was meant', async () => {
  await refused(/no run is named so either \(did you mean clouds\?\)\.$/m, 'runs', 'show', 'cluods')
  await refused(
    /no stored run has an id that begins so; .*; no run is named so either\.$/m,
    'runs',
    'show',
    'zzzzzz',
  )
  await refused(
    /no preset "linar" \(did you mean linear\?\)/,
    'schedule',
    '--preset',
    'linar',
    '--steps',
    '3',
  )
  await refused(/none called "cloud" \(did you mean clouds\?\)/, 'datasets', 'remove', 'cloud')
  const spec = path.join(home, 'misspelt.json')
  writeFileSync(spec, JSON.stringify({ schedule: { kind: 'sgdr', lrMx: 0.1, t0: 1 }, budget: { epochs: 1 } }))
  await refused(/schedule\.lrMx: there is no such field \(did you mean lrMax\?\)/, 'train', '--spec', spec)
  writeFileSync(
    spec,
    JSON.stringify({ schedule: { kind: 'sgrd', lrMax: 0.1, t0: 1 }, budget: { epochs: 1 } }),
  )
  await refused(/schedule\.kind: must be one of .* \(did you mean sgdr\?\)/, 'train', '--spec', spec)
  await refused(/Unknown command 'lst' \(Did you mean list\?\)/, 'runs', 'lst')
  assert.throws(
    () => parseRunSpec({ schedule: { kind: 'constant', lr: 1 }, budgets: {} }),
    /did you mean budget\?/,
  )
})

test('a name cannot steer the terminal, turn text around, or leave JSON unsafe to print', async () => {
  const [, , , id = ''] = ids
  const steering = /(?!\n)[\p{Cc}\p{Bidi_Control}]/u
  const shown = [
    await anneal('runs', 'list'),
    await anneal('runs', 'show', id),
    await anneal('queue', 'list'),
    await anneal('runs', 'delete', id),
    await anneal('runs', 'list', '--json'),
    await anneal('runs', 'show', id, '--json'),
    await anneal('runs', 'export', id, '--format', 'json'),
  ]
  const drawn = await anneal('runs', 'export', id, '--format', 'svg')
  assert.ok(!steering.test(drawn.out))
  for (const { out, err } of shown) {
    assert.ok(!steering.test(out + err), JSON.stringify(out + err))
    assert.match(out + err, /evil\\u202eg/)
  }
  const [, , , , list] = shown
  const { runs } = JSON.parse(list?.out ?? '')
  assert.ok(
    runs.some(({ name }: { name: string }) => name === evil),
    'the document means the name as it is',
  )
})
