import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { slurmWorkerName } from '../../../shared/worker/placement.ts'
import { createSlurmCommands } from '../../../src-main/slurm/commands.ts'
import { createKeptJobs } from '../../../src-main/slurm/keptJobs.ts'
import { slurmSettings } from '../../../src-main/slurm/settings.ts'
import { noMemory, type SlurmLab, syncSlurm } from '../../../src-main/slurm/sync.ts'
import type { Store } from '../../../src-main/store/types.ts'
import { tempFolder, tempStore } from '../store/fixtures.ts'
import { runIdsOf, storedStudy } from '../store/studyFixtures.ts'

/* Programs in the place of Slurm's, for what a cluster of two nodes has not: small arrays, numbers that begin anew. */

interface Cluster {
  readonly store: Store
  readonly lab: SlurmLab
  readonly folder: string
  /** What squeue prints. */
  setQueue(lines: readonly string[]): void
  readonly cancelled: () => string
}

function cluster(t: TestContext, sbatch: string): Cluster {
  const folder = tempFolder(t)
  const bin = path.join(folder, 'bin')
  mkdirSync(bin)
  mkdirSync(path.join(folder, 'jobs'))
  const queue = path.join(folder, 'queue')
  const cancelled = path.join(folder, 'cancelled')
  for (const file of [queue, cancelled]) writeFileSync(file, '')
  const programs = {
    sbatch,
    squeue: `cat '${queue}'`,
    sacct: 'exit 1',
    scancel: `echo "$@" >> '${cancelled}'`,
  }
  for (const [name, text] of Object.entries(programs))
    writeFileSync(path.join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  const store = tempStore(t)
  return {
    store,
    folder,
    lab: {
      store,
      kept: createKeptJobs(path.join(folder, 'home')),
      settings: slurmSettings.parse({ folder, program: '/anneal' }),
      commands: createSlurmCommands(null, { PATH: `${bin}:${process.env.PATH}` }),
      onQueueChanged: () => undefined,
    },
    setQueue: (lines) => writeFileSync(queue, lines.join('\n')),
    cancelled: () => readFileSync(cancelled, 'utf8'),
  }
}

/** Takes arrays of up to two, and numbers them by how many there are. */
const smallArrays = `
size=$(sed -n 's/.*--array=0-//p' "$2")
if [ "\${size:-0}" -gt 1 ]; then echo 'sbatch: error: Batch job submission failed: Invalid job array specification' >&2; exit 1; fi
ls -d "$(dirname "$2")"/../* | wc -l
`

test('a cluster that takes smaller arrays gets smaller ones, and of what it refused no file is left', async (t) => {
  const { store, lab, folder } = cluster(t, smallArrays)
  const study = storedStudy(store, 5, {}, { at: 'slurm' })
  await syncSlurm(lab, noMemory())
  const kept = lab.kept.list()
  assert.deepEqual(
    kept.flatMap(({ runIds }) => runIds),
    runIdsOf(store, study),
    'each run once, in its order',
  )
  assert.deepEqual(
    kept.map(({ runIds }) => runIds.length),
    [2, 1, 2],
  )
  assert.deepEqual(readdirSync(path.join(folder, 'jobs')).sort(), kept.map(({ name }) => name).sort())
})

test('what it refuses for good leaves no file, however often it is tried', async (t) => {
  const { store, lab, folder } = cluster(t, 'echo "sbatch: error: no such account" >&2; exit 1')
  storedStudy(store, 3, {}, { at: 'slurm' })
  for (let time = 0; time < 2; time++) await assert.rejects(syncSlurm(lab, noMemory()), /no such account/)
  assert.deepEqual(readdirSync(path.join(folder, 'jobs')), [])
})

test('a job of somebody else that has the number of one of ours is not waited for, and not cancelled', async (t) => {
  const { store, lab, setQueue, cancelled } = cluster(t, 'echo 7')
  const study = storedStudy(store, 1, {}, { at: 'slurm' })
  const memory = noMemory()
  await syncSlurm(lab, memory)
  const [ours] = lab.kept.list()
  setQueue([`7|RUNNING|None|${ours?.name}`])
  await syncSlurm(lab, memory)
  assert.deepEqual(lab.kept.list(), [ours], 'ours is waited for')

  setQueue(['7|RUNNING|None|of another'])
  const [runId = ''] = runIdsOf(store, study)
  store.write.setStatus(runId, 'stopped')
  for (let time = 0; time < 2; time++) await syncSlurm(lab, memory)
  assert.equal(cancelled(), '')
  assert.deepEqual(lab.kept.list(), [])
})

test('while the worker of all jobs rests, none is submitted: it would wait on its node for nothing', async (t) => {
  const { store, lab, folder } = cluster(t, 'echo 7')
  const { id } = store.workers.invite({
    name: slurmWorkerName,
    codeHash: 'code',
    codeUntil: Date.now() + 60_000,
  })
  store.workers.join('code', 'token', Date.now())
  storedStudy(store, 2, {}, { at: 'slurm' })
  store.workers.setState(id, 'draining', null)
  await assert.rejects(
    syncSlurm(lab, noMemory()),
    /slurm-jobs, the worker of its jobs, is draining and takes no runs now; "anneal workers welcome slurm-jobs"/,
  )
  assert.deepEqual(readdirSync(path.join(folder, 'jobs')), [])
  store.workers.setState(id, 'joined', null)
  await syncSlurm(lab, noMemory())
  assert.equal(lab.kept.list().length, 1)
})

test('settings under which a job would make room for the next one as it begins are refused', () => {
  const parse = (more: object) => slurmSettings.safeParse({ folder: '/f', program: '/p', ...more }).success
  assert.deepEqual(
    ['1', '2', '3', '2:01', '0:02:00', '0-1', '1-0'].map((time) => parse({ time, warning: 120 })),
    [false, false, true, true, false, true, true],
  )
  assert.equal(parse({ options: ['--job-name=mine'] }), false)
  assert.equal(parse({ options: ['--constraint=a100'] }), true)
})
