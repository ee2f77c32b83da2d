import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { createSlurmCommands, SlurmAway } from '../../../src-main/slurm/commands.ts'
import { createKeptJobs } from '../../../src-main/slurm/keptJobs.ts'
import { slurmSettings } from '../../../src-main/slurm/settings.ts'
import { noMemory, type SlurmLab, syncSlurm } from '../../../src-main/slurm/sync.ts'
import { newRun, putDataset, tempFolder, tempStore } from '../store/fixtures.ts'
import { runIdsOf, storedStudy } from '../store/studyFixtures.ts'
import { missingForMachines, missingForSlurm } from '../workers/machines/missing.ts'
import { startSlurm } from '../workers/machines/slurm.ts'
import { startSshd } from '../workers/machines/sshd.ts'

/** In the place of the program on the nodes: it does what the file of its run says. */
const program = `#!/bin/sh
echo "$SLURM_JOB_ID $*" >> "$5/begun"
env | cut -d= -f1 > "$5/environment"
if [ -e "$5/fails-$4" ]; then exit 1; fi
exec sleep 100
`

test('a real Slurm has a job for each run that waits for it, and for no other', async (t: TestContext) => {
  const missing = missingForSlurm()
  if (missing !== undefined) return t.skip(missing)
  const slurm = await startSlurm()
  t.after(slurm.close)
  const bin = path.join(slurm.folder, 'program/node_modules/.bin')
  mkdirSync(bin, { recursive: true })
  mkdirSync(path.join(slurm.folder, 'logs'))
  writeFileSync(path.join(bin, 'node'), program.replaceAll('$5', slurm.folder))
  chmodSync(path.join(bin, 'node'), 0o755)

  const store = tempStore(t)
  const kept = createKeptJobs(tempFolder(t))
  const settings = slurmSettings.parse({
    folder: slurm.folder,
    program: path.join(slurm.folder, 'program'),
    cpus: 1,
    memory: null,
    atOnce: 2,
    partition: 'low',
    time: '5',
  })
  const lab: SlurmLab = {
    store,
    kept,
    settings,
    commands: createSlurmCommands(null, { ...slurm.env, SECRET_OF_THE_HOST: 'x' }),
    onQueueChanged: () => undefined,
  }
  const memory = noMemory()
  const place = (runId: string) => store.read.run(runId).place?.slurm
  async function untilSynced(isSo: () => boolean, what: string): Promise<void> {
    for (const deadline = performance.now() + 10_000; ; await setTimeout(50)) {
      await syncSlurm(lab, memory)
      if (isSo()) return
      assert.ok(performance.now() < deadline, `${what}: ${(await slurm.sh('squeue -a -t all')).stdout}`)
    }
  }

  // A run of its own and a study: one job and one array, whose elements are the study's runs in their order.
  putDataset(store)
  const single = store.write.enqueueRun({ ...newRun, placement: { at: 'slurm' } }).id
  const study = storedStudy(store, 4, {}, { at: 'slurm' })
  const cells = runIdsOf(store, study)
  const [first = '', second = '', third = '', fourth = ''] = cells
  await untilSynced(
    () => [single, first].every((id) => place(id)?.state === 'RUNNING'),
    'two nodes, two runs',
  )
  const array = place(first)?.job.split('_')[0]
  assert.deepEqual(
    cells.map((id) => place(id)?.job),
    [0, 1, 2, 3].map((at) => `${array}_${at}`),
  )
  await untilSynced(() => place(third)?.state === 'PENDING' && place(third)?.reason !== null, 'it says why')
  const readBegun = () => readFileSync(path.join(slurm.folder, 'begun'), { encoding: 'utf8', flag: 'a+' })
  await untilSynced(() => readBegun().split('\n').length === 3, 'both have begun')
  const begun = readBegun()
  assert.match(begun, new RegExp(`main.ts worker --once ${single} --folder ${slurm.folder}\n`))
  assert.match(begun, new RegExp(`--once ${first} `))
  const environment = readFileSync(path.join(slurm.folder, 'environment'), 'utf8')
  assert.match(environment, /^PATH$/m)
  assert.doesNotMatch(environment, /SECRET/)

  // One that is not to train any more loses its job, whether that has begun or not.
  const jobOf = { third: place(third)?.job, single: place(single)?.job }
  const stateOf = async (job: string | undefined) => (await lab.commands.jobs()).get(job ?? '')?.state
  store.write.setStatus(third, 'stopped')
  store.write.setStatus(single, 'stopped')
  await syncSlurm(lab, memory)
  assert.equal(await stateOf(jobOf.third), undefined, 'of an element that never began nothing is left')
  assert.equal(await stateOf(jobOf.single), 'RUNNING', 'it gets the time for its last words')
  await syncSlurm(lab, memory)
  await untilSynced(() => kept.list().length === 1, 'a job that is over is forgotten')

  // A job that somebody cancels stops its run; resumed, it gets another.
  await slurm.sh(`scancel ${place(first)?.job} ${place(fourth)?.job}`)
  const areStopped = () => [first, fourth].every((id) => store.read.run(id).status === 'stopped')
  await untilSynced(areStopped, 'cancelled by hand')
  assert.equal(store.read.run(first).reason, `Slurm job ${array}_0 was cancelled outside of Anneal.`)
  assert.equal(store.read.run(fourth).reason, `Slurm job ${array}_3 was cancelled outside of Anneal.`)
  store.workers.queueAgain(first)
  await syncSlurm(lab, memory)
  assert.notEqual(place(first)?.job, `${array}_0`)
  assert.equal(store.read.run(first).status, 'queued')

  // A job that ends before its run does is submitted again, but not for ever.
  writeFileSync(path.join(slurm.folder, `fails-${first}`), '')
  await slurm.sh(`scancel ${place(second)?.job}`)
  await untilSynced(() => store.read.run(first).status === 'failed', 'it fails again and again')
  assert.match(
    store.read.run(first).reason ?? '',
    /ended before the run did \(FAILED\)\. So did 3 of its jobs/,
  )
  assert.equal(readBegun().split(first).length - 1, 4, 'its first job, and three that failed')

  // What sbatch refuses is said in its own words.
  store.workers.queueAgain(first)
  const strict = { ...lab, settings: { ...settings, partition: 'nowhere' } }
  await assert.rejects(syncSlurm(strict, memory), /sbatch refused it: .*nvalid partition/)
  assert.deepEqual(kept.list(), [])

  // By ssh it is the same Slurm, whatever a folder is called.
  if (missingForMachines('sshd', 'ssh-keygen') !== undefined) return
  const sshd = await startSshd({ SLURM_CONF: String(slurm.env.SLURM_CONF) })
  t.after(sshd.close)
  const there = createSlurmCommands(sshd.login, sshd.env)
  assert.deepEqual(await there.jobs(), await lab.commands.jobs())
  const script = path.join(slurm.folder, `it's "a" $folder`, 'job.sh')
  await there.putFile(script, '#!/bin/sh\n#SBATCH --job-name=far --output=/dev/null\nexec sleep 100\n')
  assert.equal(statSync(script).mode & 0o777, 0o600)
  const job = await there.submit(script)
  assert.equal((await lab.commands.jobs()).get(job)?.name, 'far')
  await there.cancel([job])
  await there.cancel([job])
  assert.equal(await stateOf(job), 'CANCELLED')
  await sshd.close()
  await assert.rejects(there.jobs(), (error: Error) => {
    assert.ok(error instanceof SlurmAway)
    assert.match(error.message, /^squeue on root@127\.0\.0\.1: .*refused/)
    return true
  })
})
