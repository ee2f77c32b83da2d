import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { parseRunSpec } from '../../../../shared/run/spec.ts'
import { openStore } from '../../../../src-main/store/index.ts'
import { invokeHere } from '../testTerminal.ts'

function homeWith(t: TestContext, csv: string) {
  const home = mkdtempSync(path.join(tmpdir(), 'anneal-cli-'))
  t.after(() => rmSync(home, { recursive: true, force: true }))
  const file = path.join(home, 'table.csv')
  writeFileSync(file, csv)
  const anneal = (...args: string[]) => invokeHere(home, args)
  const importCsv = async (...args: string[]) => {
    const { code, out, err } = await anneal('datasets', 'import', file, '--format', 'csv', '--json', ...args)
    assert.equal(code, 0, err)
    return JSON.parse(out)
  }
  return { anneal, importCsv, file, home }
}

test('--label and --categorical take names made of digits, and positions', async (t) => {
  const { importCsv } = homeWith(t, 'id,1,age,2\n7,a,50,8\n9,b,60,8.5\n')
  const named = await importCsv('--label', '1', '--categorical', '2')
  assert.deepEqual(
    [named.classes, named.columns],
    [
      ['a', 'b'],
      ['id', 'age', '2=8', '2=8.5'],
    ],
  )
  const placed = await importCsv('--label', '0')
  assert.deepEqual(placed.classes, ['7', '9'])
})

test('a file without a header is refused until told so', async (t) => {
  const { anneal, importCsv, file } = homeWith(t, '5.1,3.5,setosa\n7.0,3.2,versicolor\n')
  const { code, err } = await anneal('datasets', 'import', file, '--format', 'csv', '--label', '2')
  assert.equal(code, 2)
  assert.match(err, /^[^\n]+--no-header[^\n]+\n$/)
  assert.equal((await importCsv('--label', '2', '--no-header')).trainCount, 2)
})

test('a damaged data set is listed as such, and can be removed', async (t) => {
  const { anneal, importCsv } = homeWith(t, 'x,kind\n1,a\n2,b\n')
  const { id, folder } = await importCsv('--label', 'kind')
  writeFileSync(path.join(folder, 'meta.json'), '')
  const { out, err } = await anneal('datasets', 'list')
  assert.match(out, /fashion-mnist-12k/)
  assert.match(
    err,
    new RegExp(`^Damaged: ${id}\\. While reading .* not JSON; import the data set again\\.\n$`),
  )
  const { datasets, damaged } = JSON.parse((await anneal('datasets', 'list', '--json')).out)
  assert.deepEqual([datasets.length, damaged.map((entry: { id: string }) => entry.id)], [1, [id]])
  const asked = await anneal('datasets', 'remove', id)
  assert.equal(asked.code, 2)
  assert.match(asked.err, new RegExp(`${id} would delete its damaged files for good; add --yes`))
  assert.equal((await anneal('datasets', 'remove', id, '--yes')).code, 0)
  assert.deepEqual(JSON.parse((await anneal('datasets', 'list', '--json')).out).damaged, [])
})

test('a data set that a run trains on stays; one that runs used goes, and that is said', async (t) => {
  const { anneal, importCsv, home } = homeWith(t, 'x,kind\n1,a\n2,b\n')
  const { id, folder } = await importCsv('--label', 'kind')
  const store = openStore(path.join(home, 'anneal.db'))
  store.write.putDataset({ id, name: 'table', folder, meta: {} })
  const spec = parseRunSpec({
    dataset: { name: 'table' },
    model: { kind: 'softmax' },
    schedule: { kind: 'constant', lr: 0.1 },
    batchSize: 1,
    budget: { steps: 3 },
  })
  const plan = { totalSteps: 3, stepsPerEpoch: 1, scheduleSteps: 3 }
  const waiting = store.write.enqueueRun({ spec, datasetId: id, plan, totalSteps: 3 })
  const tooEarly = await anneal('datasets', 'remove', id, '--yes')
  assert.equal(tooEarly.code, 2)
  assert.match(tooEarly.err, new RegExp(`\\(${waiting.id}\\) is queued with it; delete that run first`))
  store.write.deleteRun(waiting.id)
  const run = store.write.createRun({ spec, datasetId: id, plan, totalSteps: 3 })
  store.write.claimRun(run.id)
  const refused = await anneal('datasets', 'remove', id, '--yes')
  assert.equal(refused.code, 2)
  assert.match(refused.err, new RegExp(`\\(${run.id}\\) is running with it; stop that run first`))
  store.write.setStatus(run.id, 'stopped')
  store.close()
  assert.match((await anneal('datasets', 'remove', id)).err, /for good \(1 stored run used it and cannot be/)
  const { code, err } = await anneal('datasets', 'remove', id, '--yes')
  assert.equal(code, 0)
  assert.match(err, /^Removed .*: 1 stored run used it and cannot be resumed until it is imported again\.\n$/)
})

test('the embedded data set is said to come back, and no database is made to tell', async (t) => {
  const { anneal, home } = homeWith(t, '')
  const remove = ['datasets', 'remove', 'fashion-mnist-12k', '--yes']
  assert.equal((await anneal(...remove, '--db', path.join(home, 'misspelt.db'))).code, 2)
  const { code, err } = await anneal(...remove)
  assert.equal(code, 0)
  assert.match(err, /comes back at its next use/)
  assert.equal(existsSync(path.join(home, 'anneal.db')), false)
})

test('--preview tells what an import would find, guesses the class, and imports nothing', async (t) => {
  const { anneal, importCsv, file } = homeWith(t, 'size,label\n1,x\n,y\n3,x\n')
  const { code, out, err } = await anneal('datasets', 'import', file, '--preview')
  assert.equal(code, 0, err)
  assert.match(out, /table\.csv, read as csv; nothing is imported\./)
  assert.match(out, /Rows +3 for training, no test part of its own/)
  assert.match(out, /Class column +label, guessed because it is called label/)
  assert.match(out, /Missing +cells without a value: size 1/)
  assert.match(out, /The import would be refused\. .*the cell is empty/)
  const { datasets } = JSON.parse((await anneal('datasets', 'list', '--json')).out)
  assert.equal(datasets.length, 1)
  writeFileSync(file, 'size,label\n1,x\n2,y\n3,x\n')
  const preview = JSON.parse((await anneal('datasets', 'import', file, '--preview', '--json')).out)
  assert.equal(preview.refusal, null)
  assert.deepEqual(preview.classes, [
    { name: 'x', train: 2, test: 0 },
    { name: 'y', train: 1, test: 0 },
  ])
  const without = await anneal('datasets', 'import', file, '--preview', '--json', '--without', 'size')
  assert.deepEqual(JSON.parse(without.out).table.columns[0], { name: 'size', role: 'left out' })
  const imported = await importCsv('--label', preview.table.label.column)
  assert.deepEqual([imported.trainCount, imported.classes], [preview.train.count, ['x', 'y']])
})
