/*
 * Another program on the same database, for the tests that need real processes. Called with the file, what to do, and
 * the id of a run.
 */
import { openStore } from '../../../src-main/store/index.ts'
import { claimedRun, epoch, metrics, newRun, putDataset, snapshot } from './fixtures.ts'

const [path = '', action = ''] = process.argv.slice(2)
const store = openStore(path)
const say = (message: string): void => void process.send?.(message)

switch (action) {
  case 'claim': {
    // Claims a run and then only waits, until it is killed or the channel is closed.
    const run = claimedRun(store)
    store.record([metrics(run, 0, 0, 100)])
    say(run.id)
    break
  }
  case 'claimPlaced': {
    // The same of a run that a worker trains.
    putDataset(store)
    const { id } = store.write.enqueueRun({ ...newRun, placement: { at: 'anyWorker' } })
    const run = store.workers.claim(id, { workerId: 'worker01' })
    if (run === undefined) throw new Error('The run was not to be had.')
    store.record([metrics(run, 0, 0, 100)])
    say(id)
    break
  }
  case 'record': {
    // Records as fast as it can, metrics with an epoch and now and then a snapshot in one transaction.
    const run = claimedRun(store)
    say(run.id)
    for (let n = 0; ; n++) {
      const step = n * 700
      const events = [metrics(run, 3 * n, step, 700), epoch(run, 3 * n + 1, n + 1)]
      store.record(n % 5 === 0 ? [...events, snapshot(run, 3 * n + 2, n + 1, step + 699, 50_000)] : events)
    }
  }
  case 'write': {
    // One batch for every message, with the answer once it is stored.
    const run = claimedRun(store)
    let n = 0
    process.on('message', () => {
      store.record([metrics(run, n, n * 100, 100)])
      n++
      say('stored')
    })
    say(run.id)
    break
  }
  default:
    throw new Error(`Unknown action ${action}.`)
}
process.on('disconnect', () => {
  store.close()
})
