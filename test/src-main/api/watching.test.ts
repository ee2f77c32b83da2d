import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { RunChange, RunListChange } from '../../../shared/api/runs.ts'
import type { Services, Update } from '../../../shared/api/services.ts'
import { createServices } from '../../../src-main/api/index.ts'
import type { Core } from '../../../src-main/core.ts'
import { type CoreLab, cloudsSpec, openLab } from '../runs/lab.ts'

/* Subscriptions as a page follows them, over real runs, with a second program on the database. */

let lab: CoreLab
let services: Services
let other: Core
let others: Services

before(async () => {
  lab = await openLab()
  services = createServices(lab.core, 'browser')
  other = lab.another()
  others = createServices(other, 'browser')
})
after(() => lab.close())

/** A page that follows one subscription until it has seen enough, and says where it stopped. */
async function followed<T>(
  open: (cursor: string | undefined, signal: AbortSignal) => AsyncIterable<Update<T>>,
  cursor: string | undefined,
  isEnough: (value: T) => boolean,
): Promise<{ readonly values: readonly T[]; readonly cursor: string; readonly times: readonly number[] }> {
  const gone = new AbortController()
  const values: T[] = []
  const times: number[] = []
  let last = ''
  for await (const step of open(cursor, gone.signal)) {
    values.push(step.value)
    times.push(performance.now())
    last = step.cursor
    if (isEnough(step.value)) break
  }
  gone.abort()
  return { values, cursor: last, times }
}

const watching = (host: Services, id: string) => (cursor: string | undefined, signal: AbortSignal) =>
  host.runs.watch(id, cursor, signal)
const listing = (host: Services) => (cursor: string | undefined, signal: AbortSignal) =>
  host.runs.changes(cursor, signal)
const isOver = ({ run }: RunChange): boolean => run.status === 'completed'

test('a page that breaks off again and again, from host to host, gets every row once', async () => {
  const { id } = await services.runs.launch({ spec: cloudsSpec(150), when: 'now' })
  const epochs: number[] = []
  const snapshots: number[] = []
  let cursor: string | undefined
  let breaks = 0
  for (let isDone = false; !isDone; breaks++) {
    const host = breaks % 2 === 0 ? services : others
    const part = await followed(watching(host, id), cursor, () => true)
    cursor = part.cursor
    for (const change of part.values) {
      assert.equal(change.isHere, host === services && change.run.status === 'running')
      epochs.push(...change.epochs.map(({ epoch }) => epoch))
      snapshots.push(...change.snapshots.map((each) => each.id))
      isDone = isOver(change)
    }
  }
  assert.ok(breaks > 2)
  const { read } = lab.core.store
  assert.deepEqual(
    epochs,
    read.epochs(id).map(({ epoch }) => epoch),
  )
  assert.deepEqual(
    snapshots,
    read.snapshots(id).map((each) => each.id),
  )
})

/** The lists of a page: rows replace rows by id. */
function page() {
  const shown = new Map<string, string>()
  return {
    shown,
    take({ changed, removed, deleted }: RunListChange): void {
      for (const { id, note } of changed) shown.set(id, note)
      for (const id of [...removed, ...deleted]) shown.delete(id)
    },
  }
}

test('steps come at most four times a second, from whichever host trains', async () => {
  const { id } = await services.runs.launch({ spec: cloudsSpec(100_000), when: 'now' })
  for (const host of [services, others]) {
    for (const open of [watching(host, id), listing(host)]) {
      let left = 4
      const { times } = await followed<unknown>(open, undefined, () => --left === 0)
      const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0))
      // A timer may be a moment early.
      assert.ok(Math.min(...gaps) > 245, `gaps of ${gaps} ms`)
    }
  }
  assert.deepEqual(await services.runs.command({ id, command: { type: 'stop', when: 'now' } }), {
    outcome: 'obeyed',
  })
})

test('what another program stores reaches a page, and a page of a restarted host gets what it missed', async () => {
  const [first, second, third] = lab.core.store.read.runs()
  if (first === undefined || second === undefined) throw new Error('two runs are there by now')
  assert.equal(third, undefined)
  const { shown, take } = page()
  const start = await followed(listing(services), undefined, () => true)
  start.values.forEach(take)
  assert.deepEqual([...shown.keys()].toSorted(), [first.id, second.id].toSorted())

  other.store.write.annotate(first.id, { note: 'from elsewhere' })
  const seen = await followed(listing(services), start.cursor, () => true)
  assert.deepEqual(
    seen.values.flatMap(({ changed }) => changed.map(({ id }) => id)),
    [first.id],
  )
  seen.values.forEach(take)

  // The host goes, a run is deleted and another changed while nobody listens.
  others.runs.remove([second.id])
  other.store.write.annotate(first.id, { note: 'later' })
  const again = createServices(lab.another(), 'browser')
  const missed = await followed(listing(again), seen.cursor, () => true)
  assert.deepEqual(missed.values, [
    { changed: [again.runs.get(first.id)], removed: [], deleted: [second.id] },
  ])
  missed.values.forEach(take)
  assert.deepEqual([...shown], [[first.id, 'later']])

  // Nothing has changed since: the first step says so at once, and no other comes by itself.
  const quiet = await followed(listing(again), missed.cursor, () => true)
  assert.deepEqual(quiet.values, [{ changed: [], removed: [], deleted: [] }])
  again.runs.restore([second.id])
  const back = await followed(listing(services), quiet.cursor, () => true)
  back.values.forEach(take)
  assert.deepEqual([...shown.keys()].toSorted(), [first.id, second.id].toSorted())
  again.runs.remove([second.id])
  again.runs.purge([second.id])
  const gone = await followed(listing(services), back.cursor, () => true)
  assert.deepEqual(
    gone.values.flatMap(({ removed }) => removed),
    [second.id],
  )
})

test('a cursor of another database, of a later state or of no form at all tells everything anew', async () => {
  const { cursor } = await followed(listing(services), undefined, () => true)
  const [lab8 = '', version = ''] = cursor.split('.')
  const all = services.runs.list({ of: 'current' })
  for (const odd of [
    `00000000.${version}`,
    `${lab8}.999999`,
    `${lab8}.NaN`,
    'x',
    '',
    `${lab8}.`,
    `${lab8}.-7`,
  ]) {
    const told = await followed<RunListChange>(listing(services), odd, () => true)
    assert.deepEqual(told.values[0]?.changed, all, odd)
  }
  const id = all[0]?.id ?? ''
  const epochs = lab.core.store.read.epochs(id).length
  for (const odd of ['x', `${lab8}.1.2`, `${lab8}.9e9.1.1.1.1`]) {
    const told = await followed<RunChange>(watching(services, id), odd, () => true)
    assert.equal(told.values[0]?.epochs.length, epochs, odd)
  }
})

test('a page that goes away leaves nothing that looks at the database', async () => {
  const gone = new AbortController()
  const steps = services.runs.changes(undefined, gone.signal)[Symbol.asyncIterator]()
  await steps.next()
  const pending = steps.next()
  gone.abort()
  assert.deepEqual(await pending, { done: true, value: undefined })
})

test('a run that is deleted while a page watches it ends the subscription with a sentence', async () => {
  const { id } = await services.runs.launch({ spec: cloudsSpec(1), when: 'now' })
  await followed(watching(services, id), undefined, isOver)
  const steps = services.runs.watch(id, undefined, undefined)[Symbol.asyncIterator]()
  await steps.next()
  const next = steps.next()
  others.runs.remove([id])
  await assert.rejects(async () => next, /is deleted; restore it first/)
})
