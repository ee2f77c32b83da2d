import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { createKeptJobs } from '../../../src-main/slurm/keptJobs.ts'
import { settingsFile } from '../../../src-main/slurm/settings.ts'
import { invokeHere } from '../cli/testTerminal.ts'
import { type CoreLab, cloudsSpec, openLab } from '../runs/lab.ts'
import { missingForSlurm } from '../workers/machines/missing.ts'
import { startSlurm, type TestSlurm } from '../workers/machines/slurm.ts'

/*
 * Runs of a lab on a real Slurm of two nodes that reach no network but each other's: all that is said goes through the shared
 * folder. Each ends with the weights of a run that was trained here.
 */

const missing = missingForSlurm()
const root = path.resolve(import.meta.dirname, '../../..')
let slurm: TestSlurm
let lab: CoreLab

const anneal = async (...args: string[]) => {
  const { code, out, err } = await invokeHere(lab.home, ['slurm', ...args])
  assert.equal(code, 0, err)
  return out === '' ? err : out
}

before(async () => {
  if (missing !== undefined) return
  process.env.ANNEAL_CLOCK = '0.02'
  process.env.ANNEAL_WORKERS_PORT = '0'
  ;[slurm, lab] = await Promise.all([startSlurm(), openLab()])
  // As of a shell on a login node.
  process.env.SLURM_CONF = slurm.env.SLURM_CONF
})

after(async () => {
  await lab?.close()
  await slurm?.close()
})

function changeSettings(change: Readonly<Record<string, unknown>>): void {
  const file = settingsFile(lab.home)
  const before = JSON.parse(readFileSync(file, 'utf8').replace(/^\s*\/\/.*$/gm, ''))
  writeFileSync(file, JSON.stringify({ ...before, ...change }))
}

test('a lab is set up for Slurm in two steps', async (t) => {
  if (missing !== undefined) return t.skip(missing)
  const { NODE_COMPILE_CACHE } = process.env
  const compiled = NODE_COMPILE_CACHE ? [`export NODE_COMPILE_CACHE='${NODE_COMPILE_CACHE}'`] : []
  // A job lasts long enough for Slurm to do something to it.
  const before = ['export ANNEAL_CLOCK=0.02', 'export ANNEAL_STEP_TIME=1', ...compiled]
  assert.match(await anneal('setup'), /slurm\.json is written\. Set there what your cluster needs/)
  changeSettings({
    partition: 'low',
    time: '5',
    cpus: 1,
    memory: null,
    folder: slurm.folder,
    program: root,
    before,
  })
  assert.match(await anneal('setup'), /Slurm is ready/)
  const token = path.join(slurm.folder, 'worker.json')
  assert.equal(statSync(token).mode & 0o777, 0o600)
  const first = readFileSync(token, 'utf8')
  assert.match(await anneal('setup'), /Slurm is ready/)
  assert.equal(readFileSync(token, 'utf8'), first, 'jobs that run keep their token')
  assert.deepEqual(
    lab.core.store.workers.list().map(({ name, state }) => [name, state]),
    [['slurm-jobs', 'joined']],
  )
})

/** Waits until the lab says so. */
async function until(isSo: () => boolean, what: string, seconds = 60): Promise<void> {
  for (const deadline = performance.now() + seconds * 1000; !isSo(); await setTimeout(20))
    assert.ok(performance.now() < deadline, `${what}: ${await explain()}`)
}

async function explain(): Promise<string> {
  const runs = lab.core.store.read.runs({ limit: 20 }).map(({ id, status, reason, stepsDone, place }) => ({
    id,
    status,
    reason,
    stepsDone,
    place,
  }))
  const jobs = (await slurm.sh(`squeue -a -t all; tail -n 30 ${slurm.folder}/logs/*`)).stdout
  return `${JSON.stringify(runs, undefined, 1)}\n${jobs}\n${JSON.stringify(await lab.core.workers.info())}`
}

const runOf = (id: string) => lab.core.store.read.run(id)

test('a job that is preempted, and one whose time runs out, go on from the state they kept', async (t) => {
  if (missing !== undefined) return t.skip(missing)
  const { core } = lab
  const spec = cloudsSpec(600, { device: 'simd', schedule: { kind: 'constant', lr: 0.01 } })
  const file = path.join(lab.home, 'run.json')
  const submit = async (name: string) => {
    writeFileSync(file, JSON.stringify({ ...spec, name }))
    assert.match(await anneal('submit', '--spec', file), /is queued: Slurm job \d+, PENDING/)
    const [run] = core.store.read.runs({ text: name })
    return run?.id ?? ''
  }
  const jobOf = (id: string) => String(runOf(id).place?.slurm?.job)
  await core.workers.listen()
  const goesOn = async (id: string, interrupt: (job: string) => string) => {
    await until(() => runOf(id).stepsDone > 0, 'it trains')
    assert.equal((await slurm.sh(interrupt(jobOf(id)))).status, 0)
    await until(() => runOf(id).attempt === 2 || runOf(id).status === 'queued', 'it makes room')
    assert.ok(runOf(id).stepsDone > 0, 'with the steps it has done')
    // Slurm would let it wait for some seconds more.
    await until(() => runOf(id).attempt === 2 || runOf(id).place?.slurm?.state === 'PENDING', 'it waits')
    await slurm.sh(`scontrol update JobId=${jobOf(id)} StartTime=now`)
    await until(() => ['completed', 'failed', 'stopped'].includes(runOf(id).status), 'it ends')
  }
  // One of the jobs begins over the network, and goes on through the folder.
  const { port } = new URL((await core.workers.info()).address ?? '')
  changeSettings({ transport: 'https' })
  await anneal('setup', '--address', `${slurm.hostAddress}:${port}`)
  const late = await submit('of a short job')
  await until(() => runOf(late).stepsDone > 0, 'it trains')
  changeSettings({ transport: 'folder' })
  await anneal('setup')
  // As Slurm warns of a time limit, which it looks at every half minute.
  const lateEnds = goesOn(late, (job) => `scancel --batch --signal=USR2 ${job}`)
  const preempted = await submit('of a job that is preempted')
  assert.match(await anneal('jobs'), new RegExp(`${jobOf(preempted)} .* ${preempted} `))
  const preempt = `sbatch -p high -w $(squeue -h -j JOB -o %N) -o /dev/null --wrap 'sleep 1'`
  const [here] = await Promise.all([
    core.runs.launch(spec).then((active) => active.finished),
    goesOn(preempted, (job) => preempt.replace('JOB', job)),
    lateEnds,
  ])
  for (const id of [preempted, late]) assert.match(logsOf(id), /SIGUSR2: keeping the state/)
  for (const id of [preempted, late]) {
    const { status, attempt, finalWeightsSha256, place } = runOf(id)
    assert.equal(status, 'completed', await explain())
    assert.equal(finalWeightsSha256, here.run.finalWeightsSha256)
    assert.equal(attempt, 2)
    assert.equal(place?.failures, 0)
    assert.equal(place?.worker?.name, 'slurm-jobs')
    await until(() => runOf(id).place?.slurm?.state === 'COMPLETED', 'its job too')
  }
  assert.deepEqual(epochsOf(preempted), epochsOf(here.run.id))
  assert.deepEqual(epochsOf(late), epochsOf(here.run.id))
  // Nothing is left in the folder but what the next job can use.
  const boxes = () => namesIn(path.join(slurm.folder, 'mail')).filter((name) => !name.startsWith('.'))
  await until(() => boxes().length === 0, 'no box is left')
  for (const id of [preempted, late]) assert.deepEqual(namesIn(path.join(slurm.folder, 'spool', id)), [])
  const unwanted = await submit('that is not wanted after all')
  assert.match(await anneal('cancel', unwanted), /is stopped: Slurm job \d+/)
  const { code, err } = await invokeHere(lab.home, ['slurm', 'cancel', unwanted])
  assert.deepEqual([code, /Slurm has no run of it that waits or trains/.test(err)], [2, true])
  await until(() => createKeptJobs(lab.home).list().length === 0, 'its job goes')
  assert.equal(await anneal('jobs'), 'Slurm has no job of this lab.\n')
})

/** What each epoch came to, without the time it took; and that no step of a series comes twice. */
function epochsOf(runId: string) {
  const { read } = lab.core.store
  for (const name of read.seriesNames(runId)) {
    const steps = [...read.chunks(runId, name)].flatMap((chunk) => [...chunk.steps])
    assert.ok(
      steps.every((step, at) => at === 0 || step > (steps[at - 1] ?? 0)),
      `${name} of ${runId}`,
    )
  }
  return read
    .epochs(runId)
    .map(({ epoch, step, trainLoss, trainAccuracy, valLoss, valAccuracy }) => [
      ...[epoch, step, trainLoss, trainAccuracy, valLoss, valAccuracy],
    ])
}

function logsOf(runId: string): string {
  const folder = path.join(slurm.folder, 'logs')
  const own = readdirSync(folder).filter((name) => name.includes(runId))
  return own.map((name) => readFileSync(path.join(folder, name), 'utf8')).join('')
}

const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : [])
