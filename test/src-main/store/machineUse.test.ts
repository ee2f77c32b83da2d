import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect } from '../../../src-main/store/database.ts'
import { afterwards, newRun, openFor, tempStore } from './fixtures.ts'

/** A store with the data set of `newRun`, another host of it, and the file itself. */
function open(t: Parameters<typeof tempStore>[0]) {
  const store = tempStore(t)
  store.write.putDataset({ id: newRun.datasetId, name: 'data', folder: 'data', meta: {} })
  const db = connect(store.path)
  afterwards(t, () => db.close())
  const launch = () => store.write.claimRun(store.write.createRun(newRun).id).id
  return { ...store, db, launch, other: openFor(t, store.path) }
}

test('a run for which devices are measured does not train, and only other hosts see it as one to wait for', (t) => {
  const { read, write, hostId, launch, other } = open(t)
  const id = launch()
  assert.equal(read.trainingRun(), id)
  assert.equal(read.trainingRun(id), undefined)
  write.saySetup(id, 'Measuring devices')
  assert.equal(read.trainingRun(), undefined)
  assert.equal(read.setUpElsewhere(hostId), undefined)
  assert.equal(other.read.setUpElsewhere(other.hostId), id)
  assert.equal(other.read.setUpElsewhere(other.hostId, id), undefined, 'it came not before itself')
  write.saySetup(id, null)
  assert.equal(read.trainingRun(), id)
  assert.equal(other.read.setUpElsewhere(other.hostId), undefined)
})

test('whoever trained since then is told: to the end, until it ended, or until it was paused again', (t) => {
  const { read, write, db, launch } = open(t)
  const [before, paused, own] = [launch(), launch(), launch()]
  write.setStatus(before, 'completed')
  write.setStatus(paused, 'paused')
  db.run('UPDATE runs SET ended_at = 1 WHERE id = ?', before)
  const trained = read.watchTraining(own)
  assert.equal(trained(), undefined)
  // Stopped while its devices were measured.
  write.setStatus(launch(), 'stopped')
  assert.equal(trained(), undefined)
  db.run('UPDATE runs SET steps_done = 7 WHERE id = ?', paused)
  assert.equal(trained(), paused)
  const later = read.watchTraining(own)
  assert.equal(later(), undefined)
  const next = launch()
  assert.equal(later(), next)
  db.run("UPDATE runs SET device = 'a device' WHERE id = ?", next)
  write.setStatus(next, 'completed')
  assert.equal(later(), next)
})
