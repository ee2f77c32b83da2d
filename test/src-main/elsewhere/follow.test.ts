import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
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
  const writer = write('1', eventFile(0, 3000, 0), join(logs, 'a', 'events.out.tfevents.1800000009.host.1.9'))
  const run = await until(() => runNamed(lab, 'logs/a'))
  await until(() => lab.read.run(run.id).stepsDone > 300)
  await first.kill()
  await writer.said
  assert.ok(lab.read.run(run.id).stepsDone < 3000)
  // The script began again at step 2,500, in a file whose counter is a digit longer, and in a folder of its own.
  const again = write(
    '2',
    eventFile(2500, 2700, 5),
    join(logs, 'a', 'events.out.tfevents.1800000009.host.1.10'),
  )
  const second = start(t, 'host', path)
  await until(() => lab.read.run(run.id).stepsDone > 2000)
  mkdirSync(join(logs, 'b'))
  const other = write('3', eventFile(0, 200, 0), join(logs, 'b', 'events.out.tfevents.1800000010.host.2.0'))
  await Promise.all([again.said, other.said])
  const wanted = { a: await readOnce(t, join(logs, 'a')), b: await readOnce(t, join(logs, 'b')) }
  assert.equal(wanted.a.series.loss?.length, 2700)
  const b = await until(() => runNamed(lab, 'logs/b'))
  await until(() => contentOf(lab, run).series.loss?.length === 2700)
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
