import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { settingsFile } from '../../../src-main/slurm/settings.ts'
import { invokeHere } from '../cli/testTerminal.ts'
import { type CoreLab, openLab } from '../runs/lab.ts'
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
  assert.match(await anneal('setup'), /slurm\.json is written\. Set there what your cluster needs/)
  changeSettings({ partition: 'low', time: '5', cpus: 1, memory: null, folder: slurm.folder, program: root })
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
