import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { parseJobs } from '../../../src-main/slurm/commands.ts'
import { jobScript } from '../../../src-main/slurm/script.ts'
import {
  readSlurmSettings,
  settingsFile,
  slurmSettings,
  writeFirstSettings,
} from '../../../src-main/slurm/settings.ts'
import { jobPlans } from '../../../src-main/slurm/submission.ts'
import { tempFolder } from '../store/fixtures.ts'

test('the script of an array, line for line', () => {
  const settings = slurmSettings.parse({
    partition: 'gpu',
    account: 'lab',
    qos: 'low',
    time: '4:00:00',
    gpus: 1,
    cpus: 4,
    memory: '16G',
    options: ['--constraint=a100'],
    before: ['module load cuda'],
    warning: 90,
    atOnce: 5,
    folder: '/shared/ann eal',
    program: '/shared/it’s/anneal',
  })
  assert.equal(
    jobScript(settings, { name: 'anneal-sweep-x', runIds: ['a', 'b', 'c'] }),
    `#!/bin/sh
#SBATCH --job-name=anneal-sweep-x
#SBATCH --partition=gpu
#SBATCH --account=lab
#SBATCH --qos=low
#SBATCH --time=4:00:00
#SBATCH --gpus=1
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=4
#SBATCH --mem=16G
#SBATCH --array=0-2%5
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=B:USR2@90
#SBATCH --output="/shared/ann eal/logs/%x-%A_%a.log"
#SBATCH --chdir="/shared/ann eal"
#SBATCH --export=HOME,USER,LOGNAME,LANG,PATH
#SBATCH --constraint=a100
umask 077
module load cuda
run="$(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" '/shared/ann eal/jobs/anneal-sweep-x/runs')"
exec '/shared/it’s/anneal/node_modules/.bin/node' '/shared/it’s/anneal/src-main/cli/main.ts' worker --once "$run" --folder '/shared/ann eal'
`,
  )
})

test('the script of one run begins the worker with that run, whatever the folders are called', (t) => {
  const folder = path.join(tempFolder(t), `it's "a" $folder`)
  const bin = path.join(folder, 'node_modules/.bin')
  mkdirSync(bin, { recursive: true })
  writeFileSync(path.join(bin, 'node'), '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 })
  const settings = slurmSettings.parse({ folder, program: folder })
  const script = jobScript(settings, { name: 'anneal-one', runIds: ['run1'] })
  assert.doesNotMatch(script, /--array|--partition|--gpus/)
  const said = execFileSync('sh', ['-c', script], { encoding: 'utf8' })
  const main = path.join(folder, 'src-main/cli/main.ts')
  assert.deepEqual(said.trim().split('\n'), [main, 'worker', '--once', 'run1', '--folder', folder])
})

test('runs of a study are elements of arrays, in their order, up to what Slurm takes', () => {
  const cells = Array.from({ length: 1500 }, (_, at) => ({ id: `cell${at}`, studyId: 'study' }))
  const plans = jobPlans([{ id: 'one', studyId: null }, ...cells, { id: 'two', studyId: null }], 's')
  assert.deepEqual(
    plans.map(({ name, runIds }) => [name, runIds.length]),
    [
      ['anneal-one-s', 1],
      ['anneal-study-s', 1000],
      ['anneal-study-s-1', 500],
      ['anneal-two-s', 1],
    ],
  )
  assert.deepEqual(
    plans.slice(1, 3).flatMap(({ runIds }) => runIds),
    cells.map(({ id }) => id),
  )
})

test('the first settings can be read, and what is not Slurm’s is refused in words', (t) => {
  const home = tempFolder(t)
  assert.equal(readSlurmSettings(home), undefined)
  assert.equal(writeFirstSettings(home), true)
  assert.equal(writeFirstSettings(home), false)
  assert.equal(readSlurmSettings(home)?.time, '4:00:00')
  const first = readFileSync(settingsFile(home), 'utf8')
  writeFileSync(settingsFile(home), first.replace('"time": "4:00:00"', '"time": "4hours"'))
  assert.throws(() => readSlurmSettings(home), /time: must be .*"1-00:00:00" \(received "4hours"\)/)
  writeFileSync(settingsFile(home), first.replace('"time": "4:00:00"', '"time": 4:'))
  assert.throws(() => readSlurmSettings(home), /slurm\.json: .*mend the file/)
  for (const evil of ['/a\n#SBATCH --uid=0', 'relative', '/a\0'])
    assert.equal(slurmSettings.safeParse({ folder: evil, program: '/p' }).success, false)
})

test('lines of squeue and sacct are read, and other lines are not', () => {
  const text = `12|PENDING|Priority|a\n13_4|RUNNING|None|b\n14|CANCELLED by 1000||c\n15_[3-9]|PENDING|x|d\n15.batch|FAILED||e\nslurm: error\n`
  assert.deepEqual(
    [...parseJobs(text)],
    [
      ['12', { state: 'PENDING', reason: 'Priority', name: 'a' }],
      ['13_4', { state: 'RUNNING', reason: null, name: 'b' }],
      ['14', { state: 'CANCELLED', reason: null, name: 'c' }],
    ],
  )
})
