import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { cloudsCsv } from '../../e2e/lab.ts'
import { invokeHere } from './testTerminal.ts'

/* `anneal branch`: options change the parent's spec, and the lineage is told. */

let home: string
let parent: string
const anneal = (...args: string[]) => invokeHere(home, args)

async function json(...args: string[]) {
  const { code, out, err } = await anneal(...args, '--json')
  assert.equal(code, 0, err)
  return JSON.parse(out)
}

before(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'anneal-branch-'))
  const write = (name: string, content: string): string => {
    const file = path.join(home, name)
    writeFileSync(file, content)
    return file
  }
  await json('datasets', 'import', write('clouds.csv', cloudsCsv(150)), '--format', 'csv', '--label', 'cloud')
  const spec = {
    name: 'trunk',
    dataset: { name: 'clouds' },
    model: { kind: 'mlp', hidden: [4] },
    schedule: { kind: 'constant', lr: 0.1 },
    batchSize: 10,
    budget: { steps: 12 },
    snapshots: { at: 'steps', steps: [6] },
  }
  parent = (await json('train', '--spec', write('run.json', JSON.stringify(spec)))).runId
  write('down.json', JSON.stringify({ kind: 'linear', lrStart: 0.1 }))
})
after(() => rmSync(home, { recursive: true, force: true }))

test('branches with another schedule and budget, and tells what it changed', async () => {
  const schedule = path.join(home, 'down.json')
  const args = ['branch', 'trunk', '--at', '6', '--schedule', schedule, '--steps', '3', '--name', 'cooled']
  const { code, err, out } = await anneal(...args)
  assert.equal(code, 0, err)
  assert.match(err, /Branches from trunk after 6 steps: schedule \S+.* → .*, budget 12 steps → 3 steps/)
  assert.match(out, /lineage .*\n.*\n\s*trunk .*\n\s+▸ cooled .* schedule \S+/)
  const shown = await json('runs', 'show', parent)
  assert.deepEqual(
    shown.lineage.map(({ name }: { name: string }) => name),
    ['trunk', 'cooled'],
  )
})

test('says what a branch begins anew: a plateau, and a decay that follows the rate', async () => {
  const schedule = path.join(home, 'plateau.json')
  writeFileSync(schedule, JSON.stringify({ kind: 'plateau', lr: 0.05, metric: 'trainingLoss' }))
  const branch = ['--schedule', schedule, '--steps', '2', '--name', 'listens']
  const first = await anneal('branch', 'trunk', '--at', '6', ...branch)
  assert.equal(first.code, 0, first.err)
  assert.doesNotMatch(first.err, /begins anew/, 'the trunk listens to nothing')
  const { code, err } = await anneal('branch', 'listens', ...branch)
  assert.equal(code, 0, err)
  assert.match(err, /The plateau schedule begins anew: .* whole patience/)
  assert.doesNotMatch(err, /weight decay/)
})

test('runs it again with another seed, and branches from a snapshot by its number', async () => {
  const again = await json('branch', 'trunk', '--again', '--seed', '7')
  assert.deepEqual([again.seed, again.origin.kind, again.totalSteps], [7, 'again', 12])
  const { snapshots } = await json('snapshots', 'list', parent)
  const branch = await json(
    'branch',
    parent,
    '--snapshot',
    String(snapshots[0].id),
    '--optimizer',
    'adam',
    '--steps',
    '2',
  )
  assert.deepEqual([branch.origin.stepsDone, branch.steps], [6, 2])
})

test('says in one sentence what cannot be, and stores nothing', async () => {
  const before = (await json('runs', 'list')).runs.length
  const wrong: [RegExp, string[]][] = [
    [/give one of --again and --at/, ['--again', '--at', '6']],
    [/give one of --epochs and --steps/, ['--epochs', '1', '--steps', '2']],
    [/no state is kept of it after step 5; choose one of those after 6, 12 steps/, ['--at', '5']],
    [/no preset "lineer"/, ['--schedule', 'lineer']],
    [/snapshot 99/, ['--snapshot', '99']],
    [/fine-tuning|data set/, ['--fine-tune', '--data', 'nowhere']],
    [/only seed, device and name may differ/, ['--again', '--steps', '2']],
  ]
  for (const [words, args] of wrong) {
    const { code, err, out } = await anneal('branch', 'trunk', ...args)
    assert.equal(code, 2, `${args.join(' ')}: ${err}`)
    assert.equal(out, '')
    assert.match(err, words)
    assert.match(err, /^[^\n]+\n$/)
  }
  assert.equal((await json('runs', 'list')).runs.length, before)
})
