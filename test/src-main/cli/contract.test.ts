import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { refuseManyRows } from '../../../src-main/cli/manyRows.ts'
import { openTables } from '../../../src-main/readers/index.ts'
import { cloudsCsv } from '../../e2e/lab.ts'
import { invokeHere } from './testTerminal.ts'
import { checkXml } from './xml.ts'

/* What other tools may lean on: exit statuses, one JSON document, one sentence, files never overwritten. */

let home: string
let spec: string
let runId: string

const anneal = (...args: string[]) => invokeHere(home, args)

async function json(...args: string[]) {
  const { code, out, err } = await anneal(...args, '--json')
  assert.equal(code, 0, err)
  return JSON.parse(out)
}

async function refused(wanted: RegExp, ...args: string[]): Promise<void> {
  const { code, out, err } = await anneal(...args)
  assert.equal(code, 2, `${args.join(' ')}: ${err}`)
  assert.equal(out, '')
  assert.match(err, /^[^\n]+\n$/)
  assert.match(err, wanted)
}

before(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'anneal-cli-'))
  const csv = path.join(home, 'clouds.csv')
  writeFileSync(csv, cloudsCsv(300))
  spec = path.join(home, 'run.json')
  const run = {
    name: 'clouds',
    dataset: { name: 'clouds' },
    model: { kind: 'mlp', hidden: [8] },
    schedule: { kind: 'sgdr', lrMax: 0.1, t0: 1 },
    batchSize: 16,
    budget: { epochs: 3 },
  }
  writeFileSync(spec, JSON.stringify(run))
  const imported = await json('datasets', 'import', csv, '--format', 'csv', '--label', 'cloud')
  assert.equal(imported.name, 'clouds')
  const trained = await json('train', '--spec', spec)
  runId = trained.runId
  assert.equal(trained.status, 'completed')
  assert.equal(trained.steps, trained.totalSteps)
  assert.match(trained.finalWeightsSha256, /^[0-9a-f]{64}$/)
  assert.deepEqual(Object.keys(trained.snapshots[0]).slice(0, 6), [
    'id',
    'cycle',
    'step',
    'lr',
    'valAccuracy',
    'testAccuracy',
  ])
  assert.deepEqual(
    trained.snapshots.map(({ cycle }: { cycle: number }) => cycle),
    [1, 2, 3],
  )
})
after(() => rmSync(home, { recursive: true, force: true }))

test('every command has help with examples, and takes --json', async () => {
  const help = await anneal('--help')
  const names = [...help.out.matchAll(/^ {2}([\w-]+)(?: \[options\]| <|\s)/gm)].map(([, name = '']) => name)
  const leaves = await Promise.all(names.map(async (name) => subcommands(name)))
  const commands = leaves.flat()
  assert.ok(commands.length >= 19, commands.join(', '))
  for (const command of commands) {
    const { code, out } = await anneal(...command.split(' '), '--help')
    assert.equal(code, 0, command)
    assert.match(out, /\nExamples:\n {2}\$ anneal /, command)
    if (!speaksItself.has(command)) assert.match(out, /--json/, command)
  }
})

/** What they write is a shell's to read, and another machine's. */
const speaksItself: ReadonlySet<string> = new Set(['completion', 'worker drain'])

async function subcommands(name: string): Promise<string[]> {
  const { out } = await anneal(name, '--help')
  const [, listed] = out.split('Commands:\n')
  if (listed === undefined) return [name]
  return [...listed.matchAll(/^ {2}(\w+) /gm)].map(([, sub = '']) => `${name} ${sub}`)
}

test('without a command there is help; with half a command, what can follow', async () => {
  const { code, out } = await anneal()
  assert.equal(code, 0)
  assert.match(out, /^Usage: anneal/)
  await refused(/list, show, export, delete/, 'runs')
})

test('mistakes on the command line are told in one sentence', async () => {
  await refused(/Unknown command 'trian' \(Did you mean train\?\)/, 'trian')
  await refused(/Unknown option '--jsn' \(Did you mean --json\?\)/, 'runs', 'list', '--jsn')
  await refused(/--spec <file>/, 'train')
  await refused(/no such file or folder/, 'train', '--spec', path.join(home, 'absent.json'))
  await refused(/it is a folder/, 'train', '--spec', home)
  await refused(/no stored run has an id/, 'runs', 'show', 'zzz')
  await refused(/completed all of its .* extend/, 'resume', runId)
  await refused(/nobody runs it/, 'stop', runId)
  await refused(/cycles: must be a whole number/, 'extend', runId, '--cycles', '1.5')
  await refused(/give one of --cycles, --epochs and/, 'extend', runId, '--cycles', '1', '--epochs', '2')
  await refused(/has cycles; extend it by cycles/, 'extend', runId, '--epochs', '2')
  await refused(/status: /, 'runs', 'list', '--status', 'dead')
  await refused(/--steps is missing/, 'schedule', '--preset', 'linear')
  await refused(/no preset "linar"/, 'schedule', '--preset', 'linar', '--steps', '3')
  await refused(/either --spec FILE, --preset ID or --from-pytorch TEXT/, 'schedule', '--steps', '3')
  await refused(/add --yes/, 'runs', 'delete', runId)
  await refused(/snapshot 999 does not belong/, 'ensemble', '--run', runId, '--snapshots', '999')
  await refused(/must be snapshot numbers/, 'ensemble', '--run', runId, '--snapshots', 'a')
  await refused(/not an Anneal database/, 'runs', 'list', '--db', spec)
  await refused(
    /testImages/,
    'datasets',
    'import',
    spec,
    '--format',
    'csv',
    '--label',
    'a',
    '--test-images',
    'b',
  )
})

test('a database that is not there is refused where it would only be read, and train reads its spec first', async () => {
  const absent = path.join(home, 'absent.db')
  const commands = [
    ['runs', 'list'],
    ['ensembles', 'list'],
    ...['show', 'export', 'delete'].map((name) => ['runs', name, runId]),
    ['snapshots', 'list', runId],
    ['snapshots', 'export', '1', '--format', 'tfjs', '--out', path.join(home, 'no-model')],
    ['ensemble', '--run', runId],
    ...['resume', 'extend', 'stop', 'pause', 'unpause'].map((name) => [name, runId]),
    ['anneal', runId, '--epochs', '1'],
  ]
  for (const command of commands) await refused(/absent\.db is not there/, ...command, '--db', absent)
  const bad = path.join(home, 'bad.json')
  writeFileSync(bad, '{}')
  await refused(/schedule/, 'train', '--spec', bad, '--db', absent)
  assert.equal(existsSync(absent), false)
})

test('runs list tells that none match from that there are none', async () => {
  const none = await anneal('runs', 'list', '--text', 'nothing has this')
  assert.deepEqual([none.code, none.out], [0, ''])
  assert.match(none.err, /^None of the stored runs match/)
  assert.match((await anneal('runs', 'list', '--status', 'failed')).err, /^None of the stored runs match/)
})

test('no warning and no hint stands before a refusal', async () => {
  await refused(
    ...([/snapshot 999/, 'ensemble', '--run', runId, '--method', 'weights', '--snapshots', '999'] as const),
  )
  const unbuildable = path.join(home, 'unbuildable.json')
  const cut = { schedule: { kind: 'sgdr', lrMax: 0.1, t0: 2 }, budget: { epochs: 3 } }
  const dataset = { name: 'clouds' }
  writeFileSync(unbuildable, JSON.stringify({ ...cut, dataset, model: { kind: 'cnn' } }))
  await refused(/./, 'train', '--spec', unbuildable)
  const buildable = path.join(home, 'buildable.json')
  writeFileSync(buildable, JSON.stringify({ ...cut, dataset, model: { kind: 'softmax' } }))
  const { code, err, out } = await anneal('train', '--spec', buildable, '--json')
  assert.equal(code, 0)
  assert.match(err, /^The budget cuts the last cycle short/)
  await json('runs', 'delete', JSON.parse(out).runId, '--yes')
})

test('show, list and snapshots list tell the same run', async () => {
  const shown = await json('runs', 'show', runId.slice(0, 6))
  const listed = await json('runs', 'list')
  const snapshots = await json('snapshots', 'list', runId)
  assert.deepEqual(
    listed.runs.map((run: { runId: string }) => run.runId),
    [shown.runId],
  )
  assert.deepEqual(snapshots.snapshots, shown.snapshots)
  const best = Math.max(...[...shown.epochs, ...shown.snapshots].map(({ valAccuracy }) => valAccuracy))
  assert.equal(listed.runs[0].bestValAccuracy, best)
  const list = await anneal('runs', 'list')
  assert.match(list.out, new RegExp(`${runId} +clouds +completed +${(100 * best).toFixed(2)} % `))
  assert.equal(shown.epochs.length, 3)
  const text = await anneal('runs', 'show', runId)
  assert.match(text.out, new RegExp(shown.finalWeightsSha256))
  // JSON names the last step that was used, from 0; people read how many were done.
  const [{ id, step }] = shown.snapshots
  const table = await anneal('snapshots', 'list', runId)
  assert.match(table.out, /snapshot +cycle +after steps/)
  assert.match(table.out, new RegExp(`^ +${id} +1 +${step + 1} `, 'm'))
})

test('the ensemble names members, weights, scores and its gain', async () => {
  const { snapshots } = await json('runs', 'show', runId)
  const all = await json('ensemble', '--run', runId, '--save', 'three')
  assert.equal(all.method, 'average')
  assert.equal(all.members.length, 3)
  assert.ok(Math.abs(all.gain - (all.testAccuracy - all.bestSingle.testAccuracy)) < 1e-12)
  assert.deepEqual(
    all.last.map(({ m }: { m: number }) => m),
    [1, 2, 3],
  )
  assert.equal(all.last[2].testAccuracy, all.testAccuracy)
  assert.equal(all.last[0].testAccuracy, snapshots[2].testAccuracy)
  for (const [i, member] of all.members.entries()) {
    assert.equal(
      member.valAccuracy,
      snapshots[i].valAccuracy,
      'stored predictions give the accuracy of training',
    )
  }
  const { ensembles } = await json('ensembles', 'list', '--run', runId.slice(0, 6))
  assert.equal(ensembles.length, 1)
  const [{ ensembleId, name, runId: of, method, members, testAccuracy, testNll }] = ensembles
  assert.deepEqual(
    [ensembleId, name, of, method, testAccuracy, testNll],
    [all.ensembleId, 'three', runId, 'average', all.testAccuracy, all.nll],
  )
  assert.deepEqual(
    members.map(({ snapshotId, weight }: { snapshotId: number; weight: number }) => [snapshotId, weight]),
    all.members.map(({ snapshotId, weight }: { snapshotId: number; weight: number }) => [snapshotId, weight]),
  )
  assert.match((await anneal('ensembles', 'list')).out, new RegExp(` three +${runId} +average +3 `))
  const one = await json('ensemble', '--run', runId, '--snapshots', String(snapshots[1].id))
  assert.equal(one.testAccuracy, snapshots[1].testAccuracy)
  for (const method of ['logit-average', 'weighted']) {
    const { members, method: named } = await json('ensemble', '--run', runId, '--method', method)
    assert.equal(named, method)
    const total = members.reduce((sum: number, { weight }: { weight: number }) => sum + weight, 0)
    assert.ok(Math.abs(total - 1) < 1e-12)
  }
  const averaged = await anneal(
    ...['ensemble', '--run', runId, '--method', 'weights', '--snapshots', String(snapshots[1].id), '--json'],
  )
  assert.match(averaged.err, /^Averaging weights makes one new model/)
  assert.equal(
    JSON.parse(averaged.out).testAccuracy,
    snapshots[1].testAccuracy,
    'the average of one is that one',
  )
  const { out } = await anneal('ensemble', '--run', runId)
  assert.match(out, /last 3 .*%/)
})

test('schedules print as CSV, JSON and SVG, from a spec, a run spec or a preset', async () => {
  const csv = await anneal('schedule', '--spec', spec, '--steps', '20', '--steps-per-epoch', '5')
  const lines = csv.out.trimEnd().split('\n')
  assert.equal(lines[0], 'step,lr,momentum')
  assert.equal(lines[1], '0,0.1,')
  assert.equal(lines.length, 21)
  const planned = await json('schedule', '--spec', spec)
  const trained = await json('runs', 'show', runId)
  assert.equal(planned.totalSteps, trained.totalSteps)
  assert.equal(planned.stepsPerEpoch, trained.stepsPerEpoch)
  assert.equal(planned.summary, trained.schedule.summary)
  const perEpoch = trained.stepsPerEpoch
  assert.deepEqual(
    planned.cycles,
    [1, 2, 3].map((cycle) => ({
      cycle,
      start: (cycle - 1) * perEpoch,
      end: cycle * perEpoch,
      plannedEnd: cycle * perEpoch,
      complete: true,
      snapshotStep: trained.snapshots[cycle - 1].step,
    })),
  )
  const printed = await json('schedule', '--preset', 'one-cycle-paper', '--steps', '5000')
  assert.equal(printed.lr.length, 5000)
  assert.equal(printed.momentum.length, 5000)
  const out = path.join(home, 'schedule.svg')
  await json(
    'schedule',
    '--preset',
    'sgdr-10-2',
    '--steps',
    '700',
    '--steps-per-epoch',
    '10',
    '--format',
    'svg',
    '--out',
    out,
  )
  checkXml(readFileSync(out, 'utf8'))
  const presets = await json('schedule', '--list-presets')
  assert.ok(presets.presets.length > 5)
})

test('a billion steps are printed only when asked for, or every so many', async () => {
  const billion = ['schedule', '--preset', 'linear', '--steps', '1000000000']
  await refused(
    /1,000,000,000 rows, .*; add --every 1000 to print one in 1,000, or --all for all of them\.$/m,
    ...billion,
  )
  await refused(/1,000,000,000 rows/, ...billion, '--format', 'csv', '--out', path.join(home, 'billion.csv'))
  assert.ok(!existsSync(path.join(home, 'billion.csv')))
  const { code, out } = await anneal(...billion, '--every', '250000000')
  assert.equal(code, 0)
  const rows = out
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number))
  assert.deepEqual(
    rows.map(([step]) => step),
    [0, 250e6, 500e6, 750e6],
  )
  const printed = await json(...billion, '--every', '250000000')
  assert.equal(printed.every, 250e6)
  assert.deepEqual(
    printed.lr,
    rows.map(([, lr]) => lr),
  )
  assert.doesNotThrow(() => refuseManyRows(1_000_000, false, 'printing'))
  assert.throws(() => refuseManyRows(1_000_001, false, 'printing'), /1,000,001 rows/)
  assert.doesNotThrow(() => refuseManyRows(1_000_001, true, 'printing'))
})

test('exports hold what is stored, and never replace a file unasked', async () => {
  const file = (name: string): string => path.join(home, name)
  const shown = await json('runs', 'show', runId)
  const csv = await anneal('runs', 'export', runId, '--format', 'csv')
  const lines = csv.out.trimEnd().split('\n')
  assert.match(lines[0] ?? '', /^step,lr,momentum,loss,accuracy/)
  assert.equal(lines.length, shown.steps + 1)
  const document = await json('runs', 'export', runId)
  assert.deepEqual(
    document.series.lr.steps,
    Array.from({ length: shown.steps }, (_, step) => step),
  )
  assert.equal(document.series.loss.values[3], Number(lines[4]?.split(',')[3]))
  const epochs = await anneal('runs', 'export', runId, '--format', 'csv', '--table', 'epochs')
  assert.equal(epochs.out.trimEnd().split('\n').length, 4)
  await json('runs', 'export', runId, '--format', 'svg', '--out', file('run.svg'))
  checkXml(readFileSync(file('run.svg'), 'utf8'))
  const board = await json('runs', 'export', runId, '--format', 'tensorboard', '--out', file('logs'))
  assert.ok(existsSync(board.file))
  const [{ id }] = shown.snapshots
  const tfjs = ['snapshots', 'export', String(id), '--format', 'tfjs', '--out', file('model')]
  await json(...tfjs)
  await json('snapshots', 'export', String(id), '--format', 'safetensors', '--out', file('m.safetensors'))
  const begun = await json('train', '--spec', spec, '--initial-weights', file('m.safetensors'))
  assert.equal(begun.initialWeights.from, 'm.safetensors')
  assert.equal(begun.initialWeights.weightsSha256, shown.snapshots[0].weightsSha256)
  assert.match((await anneal('runs', 'show', begun.runId)).out, /begins +with the weights of m\.safetensors/)
  await refused(/needs --initial-weights/, 'train', '--spec', spec, '--initial-weights-partly')
  await json('runs', 'delete', begun.runId, '--yes')
  await json('ensemble', '--run', runId, '--save', 'exported')
  const { files } = await json('ensembles', 'export', 'exported', '--format', 'onnx', '--out', file('e.onnx'))
  assert.ok(files[0].bytes > 100)
  const npz = await json(
    'runs',
    'export',
    runId,
    '--format',
    'npz',
    '--part',
    'validation',
    '--out',
    file('p.npz'),
  )
  assert.deepEqual([npz.part, npz.snapshots], ['validation', shown.snapshots.length])
  const [probabilities] = await openTables(file('p.npz'))
  assert.deepEqual(probabilities?.shape, [shown.snapshots.length, npz.examples, 3])
  const answers = ['runs', 'export', runId, '--format', 'csv', '--table', 'predictions']
  const ofRun = (await anneal(...answers)).out.trimEnd().split('\n')
  assert.equal(
    ofRun[0],
    'snapshot,cycle,example,index,label,predicted,probability a,probability b,probability c',
  )
  await json('snapshots', 'export', String(id), '--format', 'csv', '--out', file('s.csv'))
  const ofSnapshot = readFileSync(file('s.csv'), 'utf8').trimEnd().split('\n')
  const begin = `${id},1,`
  assert.deepEqual(
    ofRun.filter((line) => line.startsWith(begin)).map((line) => line.slice(begin.length)),
    ofSnapshot.slice(1),
  )
  await json('ensembles', 'export', 'exported', '--format', 'npy', '--out', file('e.npy'))
  await refused(/needs --out/, 'runs', 'export', runId, '--format', 'npy')
  await refused(
    /has no table of epochs/,
    'runs',
    'export',
    runId,
    '--format',
    'npz',
    '--table',
    'epochs',
    '--out',
    file('x'),
  )
  await refused(
    /svg has no table of predictions/,
    'runs',
    'export',
    runId,
    '--format',
    'svg',
    '--table',
    'predictions',
    '--out',
    file('x'),
  )
  await refused(/not kept/, 'snapshots', 'export', String(id), '--format', 'csv', '--ema', '--out', file('x'))
  await refused(/holds one model/, 'ensembles', 'export', 'exported', '--format', 'tfjs', '--out', file('x'))
  const model = JSON.parse(readFileSync(path.join(file('model'), 'model.json'), 'utf8'))
  assert.equal(model.userDefinedMetadata.normalisation.mean.length, 4)
  assert.deepEqual(model.userDefinedMetadata.classes, ['a', 'b', 'c'])
  await refused(/exists already/, ...tfjs)
  await refused(/exists already/, 'runs', 'export', runId, '--format', 'svg', '--out', file('run.svg'))
  await json(...tfjs, '--force')
})

test('extend adds a cycle and keeps what was; delete needs --yes and takes it all', async () => {
  const before = await json('runs', 'show', runId)
  const extended = await json('extend', runId, '--cycles', '2')
  assert.equal(extended.status, 'completed')
  assert.equal(extended.snapshots.length, 5)
  assert.deepEqual(extended.snapshots.slice(0, 3), before.snapshots)
  assert.deepEqual(extended.epochs.slice(0, 3), before.epochs)
  await json('runs', 'delete', runId, '--yes')
  assert.deepEqual((await json('runs', 'list')).runs, [])
})
