import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import fc from 'fast-check'
import type { EpochInfo, RunSummary, SnapshotInfo } from '../../../shared/api/runs.ts'
import type { KernelUse } from '../../../shared/run/kernelUse.ts'
import type { TrainerEvent } from '../../../shared/run/messages.ts'
import { connect } from '../../../src-main/store/database.ts'
import { idRow } from '../../../src-main/store/rows.ts'
import type { RunRecord, Store } from '../../../src-main/store/types.ts'
import {
  claimedRun,
  ended,
  epoch,
  metrics,
  newRun,
  openFor,
  putDataset,
  snapshot,
  tempFolder,
  tempStore,
} from './fixtures.ts'

const ids = (runs: readonly { readonly id: string }[]): string[] => runs.map(({ id }) => id).toSorted()

/** What one client knows after it has applied every answer, as the window does. */
function follower(store: Store) {
  const lists = new Map<string, RunSummary>()
  const deleted = new Set<string>()
  let version = 0
  return {
    look() {
      const changes = store.read.changesSince(version)
      version = changes.version
      for (const run of changes.changed) {
        lists.set(run.id, run)
        deleted.delete(run.id)
      }
      for (const id of changes.deleted) {
        lists.delete(id)
        deleted.add(id)
      }
      for (const id of changes.removed) {
        lists.delete(id)
        deleted.delete(id)
      }
      return changes
    },
    check() {
      const shown = [...store.read.summaries('current'), ...store.read.summaries('archived')]
      assert.deepEqual(
        [...lists.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)),
        shown.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
      )
      assert.deepEqual([...deleted].toSorted(), ids(store.read.summaries('deleted')))
    },
  }
}

const kernelsOf = (ms: number): KernelUse => ({
  device: 'simd',
  steps: 2,
  stepMs: 10,
  kernels: [{ name: 'Conv2D', javascript: false, calls: 3, ms }],
})

function saveAll(store: Store, name: string, runs: readonly RunRecord[], valAccuracy = 0.9): number {
  const members = runs
    .flatMap(({ id }) => store.read.snapshots(id))
    .map(({ id }) => ({ snapshotId: id, weight: 1 }))
  return store.write.saveEnsemble({
    name,
    method: 'average',
    members,
    valAccuracy,
    testAccuracy: 0.8,
    scores: {},
  }).id
}

test('whoever applies the changes since the version they know has the lists as they are', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  const store = openFor(t, path)
  const other = openFor(t, path)
  const watcher = follower(other)
  const [first, second, third] = [claimedRun(store), claimedRun(store), claimedRun(store)]
  const placed = store.write.enqueueRun({ ...newRun, placement: { at: 'anyWorker' } })
  const attempt = { runId: placed.id, attempt: 1 }
  const job = { job: '1', state: 'RUNNING', reason: null }
  const ensembles: number[] = []
  const event = (run: RunRecord, seq: number) => ({ runId: run.id, attempt: run.attempt, seq })
  /** Every way to write, and the runs that show it. */
  const writes: (readonly [string, () => unknown, readonly RunRecord[]])[] = [
    ['metrics', () => store.record([metrics(first, 0, 0, 50)]), [first]],
    ['an epoch', () => store.record([epoch(first, 1, 1)]), [first]],
    [
      'snapshots',
      () => store.record([snapshot(first, 2, 1, 49), snapshot(second, 0, 1, 9)]),
      [first, second],
    ],
    [
      'feedback',
      () => store.record([{ ...event(first, 3), type: 'feedback', step: 9, lr: 0.1, reason: 'no better' }]),
      [first],
    ],
    [
      'the kernels of its steps',
      () => store.record([{ ...event(third, 0), type: 'kernels', kernels: kernelsOf(1) }]),
      [third],
    ],
    [
      'an edit',
      () =>
        store.record([
          {
            ...event(first, 4),
            type: 'edited',
            edit: { kind: 'annealNow', atStep: 3, steps: 9 },
            totalSteps: 900,
          },
        ]),
      [first],
    ],
    [
      'a pause',
      () => store.record([{ ...event(first, 5), type: 'status', status: 'paused', step: 9 }]),
      [first],
    ],
    [
      'the device',
      () =>
        store.record([
          {
            ...event(second, 1),
            type: 'ready',
            deviceName: 'cpu',
            device: 'cpu',
            reason: 'asked',
            parameters: 7,
            totalSteps: 1000,
          },
        ]),
      [second],
    ],
    ['a note', () => store.write.annotate(third.id, { note: 'x' }), [third]],
    ['tags', () => store.write.annotate(third.id, { tags: ['a', 'b'] }), [third]],
    ['fewer tags', () => store.write.annotate(third.id, { tags: [] }), [third]],
    [
      'many at once',
      () => store.write.annotateRuns({ ids: [first.id, third.id], archived: true, addTags: ['kept'] }),
      [first, third],
    ],
    ['an ensemble', () => ensembles.push(saveAll(store, 'both', [first, second])), [first, second]],
    ['its name', () => store.write.renameEnsemble(ensembles[0] ?? 0, 'two'), [first, second]],
    ['its deletion', () => store.write.trashEnsembles(ensembles), [first, second]],
    ['its return', () => store.write.restoreEnsembles(ensembles), [first, second]],
    ['the end', () => store.record([ended(first, 6), ended(second, 2)]), [first, second]],
    ['a status', () => store.write.setStatus(third.id, 'failed', 'why'), [third]],
    [
      'a deletion, with the ensemble of another run',
      () => store.write.trashRuns([first.id]),
      [first, second],
    ],
    ['the return of both', () => store.write.restoreRuns([first.id]), [first, second]],
    ['an end for good', () => store.write.purgeRuns([first.id]), [first, second]],
    ['a discarded run', () => store.write.discardRun(third.id), [third]],
    ['another place', () => store.workers.place(placed.id, { at: 'worker', workerId: 'worker01' }), [placed]],
    ['a worker that takes it', () => store.workers.claim(placed.id, { workerId: 'worker01' }), [placed]],
    ['its job', () => store.workers.setSlurmJob(placed.id, job), [placed]],
    ['silence', () => store.workers.noteSilent(Date.now() + 1), [placed]],
    ['its end', () => store.workers.touch([attempt], Date.now()), [placed]],
    ['nobody that listens', () => store.workers.release(), [placed]],
    ['somebody that does', () => store.workers.adopt(), [placed]],
    ['a lost attempt', () => store.workers.requeue(attempt, { reason: 'lost', isFailure: true }), [placed]],
    ['no worker at all', () => store.workers.place(placed.id, null), [placed]],
    ['a new attempt, longer', () => store.write.claimRun(second.id, () => longer), [second]],
  ]
  const longer = { plan: { ...newRun.plan, totalSteps: 2000 }, totalSteps: 2000 }
  watcher.look()
  watcher.check()
  for (const [name, write, runs] of writes) {
    const before = other.read.version()
    write()
    assert.ok(other.read.version() > before, `${name} is seen by its version`)
    const { changed, deleted, removed } = watcher.look()
    assert.deepEqual([...ids(changed), ...deleted, ...removed].toSorted(), ids(runs), name)
    watcher.check()
    const again = watcher.look()
    assert.deepEqual([again.changed, again.deleted, again.removed], [[], [], []], `${name}: once`)
  }
  // The rest of what belongs to runs: whoever writes it, the database itself says that the run changed.
  store.close()
  const { version } = watcher.look()
  watcher.check()
  assert.equal(other.read.run(second.id).status, 'interrupted')
  assert.equal(other.read.version(), version)
})

test('every table that belongs to runs marks them, but for what no list shows', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  openFor(t, path).close()
  const db = connect(path)
  const tables = db.all(
    idRow,
    `SELECT name AS id FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%REFERENCES runs (id)%'`,
  )
  const triggers = db.all(idRow, `SELECT DISTINCT tbl_name AS id FROM sqlite_schema WHERE type = 'trigger'`)
  db.close()
  const unmarked = ids(tables).filter((table) => !triggers.some(({ id }) => id === table))
  // Metrics and checkpoints come with a change of the run's own row (steps_done, last_seq), initial weights with the run
  // itself; requests are not shown.
  assert.deepEqual(unmarked, ['checkpoints', 'initial_tensors', 'metric_tail', 'requests', 'series'])
})

test('what is new of a run since a cursor, put together, is all of it once', (t) => {
  const store = tempStore(t)
  const kind = fc.constantFrom(
    'metrics',
    'epoch',
    'partial',
    'snapshot',
    'feedback',
    'kernels',
    'note',
    'nothing',
    'again',
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(kind, fc.boolean()), { maxLength: 40 }), (script) => {
      const run = claimedRun(store)
      const epochs: EpochInfo[] = []
      const snapshots: SnapshotInfo[] = []
      const feedback: number[] = []
      const kernels: KernelUse[] = []
      let [cursor, seq, steps, count]: [string | undefined, number, number, number] = [undefined, 0, 0, 0]
      const look = (): void => {
        const news = store.read.runSince(run.id, cursor)
        if (news === undefined) return
        cursor = news.cursor
        epochs.push(...news.epochs)
        snapshots.push(...news.snapshots)
        if (news.kernels !== null) kernels.push(news.kernels)
        feedback.push(...news.feedback.map(({ step }) => step))
        assert.deepEqual(news.run, store.read.summary(run.id))
        assert.equal(store.read.runSince(run.id, cursor), undefined)
      }
      const event = (): { runId: string; attempt: number; seq: number } => ({
        runId: run.id,
        attempt: run.attempt,
        seq: seq++,
      })
      const make: Record<string, () => TrainerEvent[]> = {
        metrics() {
          steps += 10
          return [metrics(run, seq++, steps - 10, 10)]
        },
        epoch: () => [{ ...epoch(run, 0, ++count), ...event(), step: count * 100 - 1 }],
        partial: () => [{ ...epoch(run, 0, count + 1), ...event(), step: count * 100 + 49 }],
        snapshot: () => [snapshot(run, seq++, 1, seq * 10)],
        feedback: () => [{ ...event(), type: 'feedback', step: seq, lr: 0.1, reason: 'no better' }],
        kernels: () => [{ ...event(), type: 'kernels', kernels: kernelsOf(seq) }],
        again: () => (count > 0 ? [{ ...epoch(run, 0, 1), ...event(), step: 99 }] : []),
        nothing: () => [],
      }
      for (const [what, looks] of script) {
        if (what === 'note') store.write.annotate(run.id, { note: `${seq++}` })
        else {
          const events = make[what]?.() ?? []
          if (events.length > 0) assert.equal(store.record(events), true)
        }
        if (looks) look()
      }
      look()
      const last = new Map(epochs.map((each) => [each.epoch, each]))
      assert.deepEqual([...last.values()], store.read.epochs(run.id))
      assert.ok(epochs.length <= last.size * 2, 'an epoch comes again only when its budget cut it')
      assert.deepEqual(snapshots, store.read.snapshots(run.id))
      assert.deepEqual(
        feedback,
        store.read.feedback(run.id).map(({ step }) => step),
      )
      // Measured once in an attempt, and not told again.
      assert.ok(kernels.length <= 1)
      const all = store.read.runSince(run.id)
      assert.deepEqual(all?.kernels ?? null, store.read.kernels(run.id))
      assert.deepEqual(all?.epochs, store.read.epochs(run.id))
      assert.deepEqual(store.read.runSince(run.id, 'nonsense'), all)
      // Of a file that this one, a copy put back, has taken the place of.
      assert.deepEqual(store.read.runSince(run.id, '999999.1.0.0.0.0'), all)
      store.write.setStatus(run.id, 'interrupted')
    }),
    { numRuns: 60 },
  )
})

test('the speed of a run is that of its last steps, wherever they are stored, while it runs', (t) => {
  const store = tempStore(t)
  const run = claimedRun(store)
  assert.equal(store.read.runSince(run.id)?.samplesPerSecond, null)
  store.record([metrics(run, 0, 0, 100), metrics(run, 1, 100, 50)])
  assert.equal(store.read.runSince(run.id)?.samplesPerSecond, 1100)
  store.record([metrics(run, 2, 150, 4096 - 150)])
  assert.equal(store.read.lastSamplesPerSecond(run.id), 1150, 'of a chunk just closed')
  store.record([ended(run, 3)])
  assert.equal(store.read.runSince(run.id)?.samplesPerSecond, null)
})

test('the queue is taken oldest first, by nobody while a run is active, and survives its host', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  const store = openFor(t, path, { now: () => 1_800_000_000_000 })
  putDataset(store)
  const queued = Array.from({ length: 6 }, () => store.write.enqueueRun(newRun))
  assert.deepEqual(
    queued.map(({ status, hostId }) => [status, hostId]),
    queued.map(() => ['queued', null]),
  )
  store.write.trashRuns([queued[1]?.id ?? ''])
  store.close()
  const [here, there] = [openFor(t, path), openFor(t, path)]
  const order: string[] = []
  for (const expected of queued.filter((_, i) => i !== 1)) {
    const run = here.write.claimQueuedRun()
    assert.equal(run?.id, expected.id)
    assert.equal(run?.status, 'running')
    assert.equal(there.write.claimQueuedRun(), undefined, 'one is active')
    here.write.setStatus(expected.id, 'paused')
    assert.equal(there.write.claimQueuedRun(), undefined, 'a paused one is active')
    here.write.setStatus(expected.id, 'failed', 'enough')
    order.push(expected.id)
  }
  assert.equal(here.write.claimQueuedRun(), undefined)
  here.write.restoreRuns([queued[1]?.id ?? ''])
  assert.equal(there.write.claimQueuedRun()?.id, queued[1]?.id)
})

test("the order of the queue is the user's, and a program that is open sees what moved", (t) => {
  const path = join(tempFolder(t), 'lab.db')
  const [here, there] = [openFor(t, path), openFor(t, path)]
  putDataset(here)
  const [a = '', b = '', c = '', d = ''] = Array.from({ length: 4 }, () => here.write.enqueueRun(newRun).id)
  const order = () => there.read.queue().map(({ id }) => id)
  const moves = [
    { id: c, to: 'first', gives: [c, a, b, d] },
    { id: c, to: 'earlier', gives: [c, a, b, d] },
    { id: c, to: 'later', gives: [a, c, b, d] },
    { id: d, to: 'earlier', gives: [a, c, d, b] },
    { id: b, to: 'later', gives: [a, c, d, b] },
    { id: a, to: 'last', gives: [c, d, b, a] },
  ] as const
  for (const { id, to, gives } of moves) {
    here.write.moveQueuedRun(id, to)
    assert.deepEqual(order(), gives, `${id} ${to}`)
  }
  const { version } = there.read.changesSince(-1)
  here.write.moveQueuedRun(d, 'first')
  const changed = there.read.changesSince(version).changed.map(({ id, queuePlace }) => [id, queuePlace])
  assert.deepEqual(
    new Map(changed.toReversed().map(([id, place]) => [id, place])),
    new Map([
      [c, 2],
      [d, 1],
    ]),
  )
  // One in the trash is passed over, and joins again without hiding anybody.
  here.write.trashRuns([c])
  here.write.moveQueuedRun(a, 'first')
  assert.deepEqual(order(), [a, d, b])
  here.write.restoreRuns([c])
  assert.deepEqual(order().toSorted(), [a, b, c, d].toSorted())
  assert.equal(there.write.claimQueuedRun()?.id, a)
  assert.equal(there.read.run(a).queuePlace, null)
  assert.throws(() => here.write.moveQueuedRun(a, 'last'), {
    name: 'UserError',
    message: /in the queue: it is running, and only runs that are queued/,
  })
  assert.equal(here.write.enqueueRun(newRun).id, order().at(-1), 'the newest waits last')
})

test('a run whose host died does not hold up the queue', (t) => {
  const path = join(tempFolder(t), 'lab.db')
  const lives = new Map([[1, true]])
  const as = (pid: number) => ({
    host: { pid, hostname: 'machine', processStart: null },
    isAlive: (host: { readonly pid: number }) => lives.get(host.pid) ?? true,
  })
  const dying = openFor(t, path, as(1))
  const run = claimedRun(dying)
  const heir = openFor(t, path, as(2))
  const next = heir.write.enqueueRun(newRun)
  assert.equal(heir.write.claimQueuedRun(), undefined)
  lives.set(1, false)
  assert.equal(heir.write.claimQueuedRun()?.id, next.id)
  assert.equal(heir.read.run(run.id).status, 'interrupted')
})
