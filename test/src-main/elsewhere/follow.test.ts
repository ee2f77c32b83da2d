import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdir, rmSync, stat, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createEventTree } from '../../../src-main/elsewhere/eventTree.ts'
import { createPatientDisk } from '../../../src-main/elsewhere/patientDisk.ts'
import { createElsewhereService } from '../../../src-main/elsewhere/service.ts'
import { importTensorboard } from '../../../src-main/elsewhere/tensorboard.ts'
import { tensorboardFile } from '../../../src-main/export/tensorboard.ts'
import type { RunRecord, Store } from '../../../src-main/store/types.ts'
import { afterwards, openFor, tempFolder, tempStore } from '../store/fixtures.ts'

/** Another program: a host of the lab, or one that writes event files. */
function start(t: TestContext, script: 'host' | 'writer', ...args: string[]) {
  const child = fork(fileURLToPath(new URL(`${script}.ts`, import.meta.url)), args)
  const exited = once(child, 'exit')
  afterwards(t, async () => {
    child.kill('SIGKILL')
    await exited
  })
  return {
    said: once(child, 'message'),
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
    async end() {
      child.disconnect()
      await exited
    },
  }
}

/** Looks until it is so; the test's own limit ends what never comes. */
async function until<T>(look: () => T | undefined | false): Promise<T> {
  for (;;) {
    const found = look()
    if (found !== undefined && found !== false) return found
    await setTimeout(10)
  }
}

const point = (tag: string, step: number, value: number) => ({
  step,
  wallTime: 1_800_000_000 + step,
  values: [{ tag, value }],
})
/** @returns bytes of an event file whose loss has these steps, and an accuracy every hundred */
const eventFile = (from: number, to: number, offset: number): Buffer =>
  Buffer.concat([
    ...tensorboardFile(
      1_800_000_000,
      Array.from({ length: to - from }, (_, i) => from + i).flatMap((step) => [
        point('train/loss', step, offset + 1 / (step + 1)),
        ...(step % 100 === 99 ? [point('val/accuracy', step, step / 10_000)] : []),
      ]),
    ),
  ])

/** All that is stored of a run's points and scores. */
const contentOf = ({ read }: Store, { id }: RunRecord) => ({
  series: Object.fromEntries(
    read.seriesNames(id).map((name) => {
      const chunks = [...read.chunks(id, name)]
      return [name, chunks.flatMap(({ steps, values }) => [...steps].map((step, i) => [step, values[i]]))]
    }),
  ),
  epochs: read
    .epochs(id)
    .map(({ epoch, step, valAccuracy, trainLoss }) => ({ epoch, step, valAccuracy, trainLoss })),
})
const readOnce = async (t: TestContext, folder: string) => {
  const store = tempStore(t)
  const [run] = await importTensorboard(store, { path: folder, tagRoles: {} })
  assert.ok(run)
  return contentOf(store, run)
}
const runNamed = (store: Store, name: string): RunRecord | undefined =>
  store.read.runs().find((run) => run.name === name)

test('what another process writes in pieces is followed through the death of the host, restarts and new folders', {
  timeout: 60_000,
}, async (t) => {
  const source = tempFolder(t)
  const logs = join(tempFolder(t), 'logs')
  mkdirSync(join(logs, 'a'), { recursive: true })
  const write = (name: string, bytes: Buffer, to: string) => {
    writeFileSync(join(source, name), bytes)
    return start(t, 'writer', join(source, name), to)
  }
  const path = join(tempFolder(t), 'lab.db')
  const lab = openFor(t, path)
  const first = start(t, 'host', path, logs)
  await first.said
  const writer = write('1', eventFile(0, 1200, 0), join(logs, 'a', 'events.out.tfevents.1800000009.host.1.9'))
  const run = await until(() => runNamed(lab, 'logs/a'))
  await until(() => lab.read.run(run.id).stepsDone > 150)
  await first.kill()
  await writer.said
  assert.ok(lab.read.run(run.id).stepsDone < 1200)
  // The script began again at step 1,000, in a file whose counter is a digit longer, and in a folder of its own.
  const again = write(
    '2',
    eventFile(1000, 1100, 5),
    join(logs, 'a', 'events.out.tfevents.1800000009.host.1.10'),
  )
  const second = start(t, 'host', path)
  await until(() => lab.read.run(run.id).stepsDone > 900)
  mkdirSync(join(logs, 'b'))
  const other = write('3', eventFile(0, 200, 0), join(logs, 'b', 'events.out.tfevents.1800000010.host.2.0'))
  await Promise.all([again.said, other.said])
  const wanted = { a: await readOnce(t, join(logs, 'a')), b: await readOnce(t, join(logs, 'b')) }
  assert.equal(wanted.a.series.loss?.length, 1100)
  const b = await until(() => runNamed(lab, 'logs/b'))
  await until(() => contentOf(lab, run).series.loss?.length === 1100)
  await until(() => contentOf(lab, b).series.loss?.length === 200)
  assert.deepEqual(contentOf(lab, run), wanted.a)
  assert.deepEqual(contentOf(lab, b), wanted.b)
  assert.equal(lab.read.run(b.id).status, 'running')
  await second.end()
  const { status, reason } = lab.read.run(b.id)
  assert.equal(status, 'interrupted')
  assert.match(reason ?? '', /read on when Anneal is open again/)
  assert.equal(lab.read.runs().length, 2)
})

test('one program reads a folder; ending it, wherever, ends it for its runs and lets them be deleted', async (t) => {
  const folder = tempFolder(t)
  const logs = join(folder, 'logs')
  mkdirSync(join(logs, 'a'), { recursive: true })
  const path = join(folder, 'lab.db')
  // Of a living process each: what the other holds is not taken.
  const [one, two] = [openFor(t, path, { isAlive: () => true }), openFor(t, path, { isAlive: () => true })]
  const [reader, other] = [createElsewhereService(one, 10), createElsewhereService(two, 10)]
  afterwards(t, async () => {
    await reader.close()
    await other.close()
  })
  // Nothing is there yet: the script has still to begin.
  assert.deepEqual(await reader.importEventFiles({ path: logs, follow: true }), [])
  writeFileSync(join(logs, 'a', 'events.out.tfevents.1800000000.h.1.0'), eventFile(0, 20, 0))
  const run = await until(() => runNamed(one, 'logs/a'))
  await until(() => one.read.run(run.id).stepsDone === 20)
  const refused = (request: object) => other.importEventFiles(request)
  await assert.rejects(refused({ path: logs, follow: true }), /another open Anneal of this lab follows it/)
  await assert.rejects(refused({ path: join(logs, 'a'), follow: true }), /as part of/)
  await assert.rejects(refused({ path: folder, follow: true }), /in it is followed already/)
  await assert.rejects(refused({ path: join(logs, 'a') }), /is followed, so that all of it is read already/)
  await assert.rejects(refused({ path: join(folder, 'lab.db'), follow: true }), /is a file; give its folder/)
  await assert.rejects(refused({ path: '/nowhere', follow: true }), /is not there/)
  await assert.rejects(refused({ path: logs, follow: 'yes' }), /follow/)
  assert.throws(() => two.write.trashRuns([run.id]), /stop following its folder first/)
  assert.deepEqual(
    other.followed().map(({ isRead, runs, problem }) => ({ isRead, runs, problem })),
    [{ isRead: true, runs: 1, problem: null }],
  )
  await other.unfollow({ path: join(logs, 'a') })
  await until(() => one.read.run(run.id).status === 'stopped')
  assert.equal(one.read.run(run.id).elsewhere?.followed, false)
  await assert.rejects(other.unfollow({ path: logs }), /it is not followed/)
  two.write.trashRuns([run.id])
  // Followed again, what a user has deleted stays so.
  await other.importEventFiles({ path: logs, follow: true })
  assert.deepEqual(two.read.runs(), [])
})

test('a run without a write for ten minutes rests, and runs on with the next event', async (t) => {
  const store = tempStore(t)
  const logs = tempFolder(t)
  const file = join(logs, 'events.out.tfevents.1800000000.h.1.0')
  const bytes = eventFile(0, 20, 0)
  writeFileSync(file, bytes.subarray(0, 500))
  const longAgo = new Date(Date.now() - 11 * 60_000)
  utimesSync(file, longAgo, longAgo)
  const elsewhere = createElsewhereService(store, 10)
  afterwards(t, () => elsewhere.close())
  const [run] = await elsewhere.importEventFiles({ path: logs, follow: true })
  assert.ok(run)
  assert.equal(run.status, 'stopped')
  assert.match(run.reason ?? '', /^No event for 10 minutes/)
  writeFileSync(file, bytes)
  await until(() => store.read.run(run.id).status === 'running')
  await until(() => store.read.run(run.id).stepsDone === 20)
  rmSync(logs, { recursive: true })
  await until(() => /cannot be looked into/.test(elsewhere.followed()[0]?.problem ?? ''))
})

test('a drive that does not answer ends a look with a sentence, is not asked again, and is read on when it does', async (t) => {
  const logs = tempFolder(t)
  const file = join(logs, 'events.out.tfevents.1800000000.h.1.0')
  writeFileSync(file, eventFile(0, 20, 0))
  let isGone = true
  let asked = 0
  const held: (() => void)[] = []
  const disk = createPatientDisk(50, {
    readdir,
    stat(path, told) {
      asked += 1
      if (isGone && path === file) held.push(() => stat(path, told))
      else stat(path, told)
    },
  })
  const tree = createEventTree(logs, disk)
  await assert.rejects(tree.look(), /tfevents\S+ has not been answered about within 0\.05 s/)
  const before = asked
  await assert.rejects(tree.look(), /is read on when it is/)
  assert.equal(asked, before)
  isGone = false
  for (const answer of held) answer()
  let seen: Awaited<ReturnType<typeof tree.look>> | undefined
  while (seen === undefined) {
    await setTimeout(10)
    seen = await tree.look().catch(() => undefined)
  }
  assert.deepEqual(
    seen.map(({ run }) => run.files),
    [['events.out.tfevents.1800000000.h.1.0']],
  )
})
