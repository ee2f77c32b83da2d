import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { z } from 'zod'
import { cloudsCsv, type Lab, makeLab } from './lab.ts'

/*
 * A branch whose host is killed between its launch and its first checkpoint begins again from its parent, and ends with its
 * parent's bits, since it has the rest of its parent's schedule.
 */

const report = z.object({
  runId: z.string(),
  status: z.string(),
  stepsPerEpoch: z.number(),
  finalWeightsSha256: z.string().nullable(),
  origin: z.object({ runId: z.string(), stepsDone: z.number() }).nullable(),
  lineage: z.array(z.object({ runId: z.string(), name: z.string(), status: z.string() })),
})
type Report = z.infer<typeof report>

let lab: Lab
let parent: Report

async function anneal(...args: readonly string[]): Promise<Report> {
  const { code, stdout, stderr } = await lab.run(...args, '--json')
  assert.equal(code, 0, stderr)
  return report.parse(JSON.parse(stdout))
}

before(async () => {
  lab = makeLab()
  const csv = lab.write('clouds.csv', cloudsCsv(300))
  const imported = await lab.run('datasets', 'import', csv, '--format', 'csv', '--label', 'cloud')
  assert.equal(imported.code, 0, imported.stderr)
  const spec = {
    name: 'trunk',
    dataset: { name: 'clouds' },
    model: { kind: 'mlp', hidden: [8], dropout: 0.2 },
    schedule: { kind: 'sgdr', lrMax: 0.1, t0: 1 },
    batchSize: 10,
    budget: { epochs: 3 },
  }
  parent = await anneal('train', '--spec', lab.write('run.json', JSON.stringify(spec)))
})
after(() => lab.remove())

test('killed before its first checkpoint, a branch begins again from its parent', async () => {
  const at = String(parent.stepsPerEpoch)
  const queued = await anneal('branch', 'trunk', '--at', at, '--epochs', '2', '--queue')
  assert.deepEqual([queued.status, queued.origin?.runId], ['queued', parent.runId])
  const host = lab.start('resume', queued.runId)
  await lab.watch('the branch to be claimed', ({ read }) =>
    read.run(queued.runId).status === 'running' ? true : undefined,
  )
  host.process.kill('SIGKILL')
  await host.result
  const refused = await lab.run('runs', 'delete', 'trunk', '--yes')
  const begun = lab.look(({ read }) => read.checkpoint(queued.runId) !== undefined)
  if (!begun) assert.match(refused.stderr, /is to begin with its state after \d+ steps; delete that run too/)
  assert.equal(refused.code, begun ? 0 : 2, refused.stderr)
  const resumed = await anneal('resume', queued.runId)
  assert.equal(resumed.status, 'completed')
  assert.equal(resumed.finalWeightsSha256, parent.finalWeightsSha256)
  const deleted = await lab.run('runs', 'delete', 'trunk', '--yes')
  assert.equal(deleted.code, begun ? 2 : 0, deleted.stderr)
  const shown = await anneal('runs', 'show', queued.runId)
  assert.deepEqual(
    shown.lineage.map(({ name, status }) => [name, status]),
    [
      ['trunk', 'deleted'],
      ['mlp · sgdr · clouds', 'completed'],
    ],
  )
})
