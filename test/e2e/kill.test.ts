import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { z } from 'zod'
import { random } from '../../shared/random.ts'
import type { Store } from '../../src-main/store/types.ts'
import { type Contents, contents } from './contents.ts'
import { cloudsCsv, type Lab, makeLab, until } from './lab.ts'

/*
 * Kill -9 of the trainer, and of the host, at random moments of a run with three cycles. Every killed run is resumed,
 * killed again and resumed to its end, and must then be the run that was never killed, bit for bit. ANNEAL_KILLS sets
 * how many kills of each kind.
 */

const kills = Number(process.env.ANNEAL_KILLS ?? 2)
const killsPerRun = 2
const epochs = 6
const stepsPerEpoch = 250
const totalSteps = epochs * stepsPerEpoch
/** Steps are stored some hundred at a time: later than this the run may have ended before its kill. */
const lastMoment = totalSteps - 400

const report = z.object({
  runId: z.string(),
  status: z.string(),
  reason: z.string().nullable(),
  steps: z.number(),
  finalWeightsSha256: z.string().nullable(),
})

let lab: Lab
let unharmed: Contents

before(async () => {
  lab = makeLab()
  const csv = lab.write('clouds.csv', cloudsCsv(1430))
  const imported = await lab.run(
    'datasets',
    'import',
    csv,
    '--format',
    'csv',
    '--label',
    'cloud',
    '--name',
    'clouds',
  )
  assert.equal(imported.code, 0, imported.stderr)
  unharmed = contentsOf(await train(1))
})
after(() => lab.remove())

test('the run that nobody kills has every step, epoch and snapshot once', () => {
  assert.equal(unharmed.status, 'completed')
  assert.match(unharmed.sha ?? '', /^[0-9a-f]{64}$/)
  for (const [name, { steps }] of Object.entries(unharmed.series)) {
    assert.deepEqual(
      steps,
      Array.from({ length: totalSteps }, (_, step) => step),
      name,
    )
  }
  assert.deepEqual(
    unharmed.epochs.map(({ epoch }) => epoch),
    [1, 2, 3, 4, 5, 6],
  )
  assert.deepEqual(
    unharmed.snapshots.map(({ cycle, step }) => [cycle, step]),
    [
      [1, 499],
      [2, 999],
      [3, 1499],
    ],
  )
})

test('the same spec and seed give the same bits, another seed does not', async () => {
  assert.deepEqual(contentsOf(await train(1)), unharmed)
  assert.notEqual(contentsOf(await train(2)).sha, unharmed.sha)
})

for (const victim of ['trainer', 'host'] as const) {
  const moments = Array.from({ length: kills }, (_, i) =>
    random(7, `kill the ${victim}`, i).below(lastMoment),
  )
  for (let i = 0; i < kills; i += killsPerRun) {
    const chosen = moments.slice(i, i + killsPerRun).sort((a, b) => a - b)
    test(`killing the ${victim} when ${chosen.join(' and ')} steps are stored loses nothing`, async () => {
      let runId: string | undefined
      for (const moment of chosen) {
        const args = runId === undefined ? ['train', '--spec', specFile(1)] : ['resume', runId]
        runId = await runAndKill(victim, args, moment)
      }
      assert.ok(runId !== undefined)
      const kept = lab.look((store) => milestones(store, runId ?? ''))
      const { code, stdout, stderr } = await lab.run('resume', runId, '--json')
      assert.equal(code, 0, stderr)
      assert.equal(report.parse(JSON.parse(stdout)).status, 'completed')
      const final = contentsOf(runId)
      assert.deepEqual(final, unharmed)
      const now = lab.look((store) => milestones(store, runId ?? ''))
      assert.deepEqual(now.epochs.slice(0, kept.epochs.length), kept.epochs, 'no stored epoch changed')
      assert.deepEqual(
        now.snapshots.slice(0, kept.snapshots.length),
        kept.snapshots,
        'no stored snapshot changed',
      )
    })
  }
}

/** Starts the command, kills the victim when that many steps are stored, and checks what others then see. */
async function runAndKill(victim: 'trainer' | 'host', args: string[], moment: number): Promise<string> {
  const command = lab.start(...args, '--json')
  const [runId, trainerPid] = await until('the trainer to start', () => {
    const found = /\((\w+)\) in process (\d+)/.exec(command.stderr())
    return found === null ? undefined : ([String(found[1]), Number(found[2])] as const)
  })
  const steps = await lab.watch(`${moment} stored steps`, (store) => {
    const { stepsDone } = store.read.run(runId)
    return stepsDone >= moment ? stepsDone : undefined
  })
  assert.ok(steps < totalSteps, `the kill came before the end (${steps} steps were stored)`)
  if (victim === 'trainer') process.kill(trainerPid, 'SIGKILL')
  else command.process.kill('SIGKILL')
  const { code, signal, stdout } = await command.result
  const shown = await lab.run('runs', 'show', runId, '--json')
  const seen = report.parse(JSON.parse(shown.stdout))
  assert.equal(seen.status, 'interrupted')
  assert.equal(seen.finalWeightsSha256, null)
  if (victim === 'host') {
    assert.equal(signal, 'SIGKILL')
  } else {
    assert.equal(code, 1)
    assert.equal(report.parse(JSON.parse(stdout)).status, 'interrupted')
    assert.match(seen.reason ?? '', /killed \(SIGKILL\).*resume continues after \d+ steps?/)
  }
  return runId
}

async function train(seed: number): Promise<string> {
  const { code, stdout, stderr } = await lab.run('train', '--spec', specFile(seed), '--json')
  assert.equal(code, 0, stderr)
  return report.parse(JSON.parse(stdout)).runId
}

function specFile(seed: number): string {
  const spec = {
    dataset: { name: 'clouds' },
    model: { kind: 'mlp', hidden: [48, 48], dropout: 0.2 },
    optimizer: { kind: 'adamw' },
    schedule: { kind: 'sgdr', lrMax: 0.01, t0: 2 },
    batchSize: 4,
    budget: { steps: totalSteps },
    labelSmoothing: 0.1,
    seed,
  }
  return lab.write(`spec-${seed}.json`, JSON.stringify(spec))
}

function contentsOf(runId: string): Contents {
  return lab.look((store) => contents(store, runId))
}

function milestones(store: Store, runId: string) {
  return { epochs: store.read.epochs(runId), snapshots: store.read.snapshots(runId) }
}
