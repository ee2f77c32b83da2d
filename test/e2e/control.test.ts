import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { z } from 'zod'
import { cloudsCsv, type Invocation, type Lab, makeLab, until } from './lab.ts'

/* A run that trains in one process, and what people do to it: Ctrl+C, and commands from another terminal. */

const report = z.object({
  runId: z.string(),
  status: z.string(),
  reason: z.string().nullable(),
  steps: z.number(),
  totalSteps: z.number(),
  snapshots: z.array(z.object({ cycle: z.number(), step: z.number() })),
  schedule: z.object({ edits: z.array(z.object({ atStep: z.number(), steps: z.number() })) }),
})
type Report = z.infer<typeof report>

let lab: Lab
let spec: string

before(async () => {
  lab = makeLab()
  const csv = lab.write('clouds.csv', cloudsCsv(1430))
  const imported = await lab.run('datasets', 'import', csv, '--format', 'csv', '--label', 'cloud')
  assert.equal(imported.code, 0, imported.stderr)
  const run = {
    dataset: { name: 'clouds' },
    model: { kind: 'mlp', hidden: [48] },
    // Far longer than any test waits: whoever does not stop it would hear of it.
    schedule: { kind: 'sgdr', lrMax: 0.01, t0: 4 },
    batchSize: 4,
    budget: { epochs: 100_000 },
  }
  spec = lab.write('long.json', JSON.stringify(run))
})
after(() => lab.remove())

test('Ctrl+C stops the run with a checkpoint, from which it goes on', { skip: noSignals() }, async () => {
  const { command, runId } = await begin()
  command.process.kill('SIGINT')
  const stopped = await end(command, 130)
  assert.equal(stopped.status, 'stopped')
  assert.ok(stopped.steps > 0)
  const resumed = await watchSteps(lab.start('resume', runId, '--json'), runId, stopped.steps + 1)
  resumed.process.kill('SIGINT')
  const again = await end(resumed, 130)
  assert.equal(again.status, 'stopped')
  assert.ok(again.steps > stopped.steps)
})

test('the second Ctrl+C ends the run at once, and it is interrupted', { skip: noSignals() }, async () => {
  const { command, runId } = await begin()
  assert.equal((await lab.run('pause', runId)).code, 0)
  await lab.watch('the pause', (store) => (store.read.run(runId).status === 'paused' ? true : undefined))
  // A trainer that is stopped by the system cannot stop by itself.
  const pid = Number(/in process (\d+)/.exec(command.stderr())?.[1])
  process.kill(pid, 'SIGSTOP')
  command.process.kill('SIGINT')
  await until('the first to be noticed', () => /once more to end at once/.exec(command.stderr()) ?? undefined)
  await interruptAgain(command)
  const { status, reason } = await end(command, 130)
  assert.equal(status, 'interrupted')
  assert.match(reason ?? '', /by the user/)
})

test('stop, pause, unpause and anneal reach a run in another process', async () => {
  const { command, runId } = await begin()
  const status = (wanted: string) =>
    lab.watch(wanted, (store) => (store.read.run(runId).status === wanted ? true : undefined))
  await asked('pause', runId)
  await status('paused')
  const { stepsDone } = lab.look((store) => store.read.run(runId))
  // While it is paused no cycle can end.
  const planned = await lab.run('stop', runId, '--at-cycle-end')
  assert.match(
    planned.stderr,
    /stops after [\d,]+ steps, at the end of its cycle; "stop --cancel" takes that back\.\n$/,
  )
  const cancelled = await lab.run('stop', runId, '--cancel')
  assert.deepEqual(
    [cancelled.code, cancelled.stderr],
    [0, `Run ${runId} goes on: no stop waits for the end of its cycle.\n`],
  )
  const both = await lab.run('stop', runId, '--cancel', '--at-cycle-end')
  assert.deepEqual([both.code, both.stderr.includes('give one of them')], [2, true])
  await asked('unpause', runId)
  await status('running')
  await lab.watch(
    'steps after the pause',
    (store) => store.read.run(runId).stepsDone > stepsDone || undefined,
  )
  await asked('anneal', runId, '--epochs', '0.5')
  const [edit] = await lab.watch('the edit', (store) => {
    const { edits } = store.read.run(runId).planned
    return edits.length > 0 ? edits : undefined
  })
  await asked('stop', runId, '--at-cycle-end')
  const ended = await end(command, 0)
  assert.equal(ended.status, 'stopped')
  assert.equal(edit?.steps, 125)
  const cut = (edit?.atStep ?? 0) + 125
  // The stop may come while the edited cycle ends, and then waits for the end of the next.
  assert.ok(
    ended.steps === cut || (ended.steps - cut) % 1000 === 0,
    `${ended.steps} after a cycle end at ${cut}`,
  )
  assert.equal(ended.snapshots.at(-1)?.step, ended.steps - 1)
  assert.ok(ended.snapshots.some(({ step }) => step === cut - 1))
})

test('a second anneal at one step is refused in words where the run trains and where it was asked', async () => {
  const { command, runId } = await begin()
  const paused = await lab.run('pause', runId)
  assert.match(paused.stderr, new RegExp(`^Run ${runId} is paused with [\\d,]+ steps? done\\.\n$`))
  const first = await lab.run('anneal', runId, '--epochs', '2')
  assert.match(first.stderr, /ends its cycle over the 500 steps after [\d,]+ steps, and has [\d,]+ steps now/)
  const second = await lab.run('anneal', runId, '--epochs', '3', '--json')
  assert.equal(second.code, 1)
  const { obeyed, answer } = JSON.parse(second.stdout)
  assert.equal(obeyed, false)
  assert.match(answer, /^While annealing now: the cycle is being ended from step \d+ on already/)
  const third = await lab.run('anneal', runId, '--epochs', '2')
  assert.deepEqual([third.code, third.stderr], [1, `${answer}\n`])
  // Its words come through a pipe of their own, in their own time.
  const told = /Refused: While annealing now: the cycle is being ended from step \d+ on already/
  await until('the refusal to be told where it trains', () => told.exec(command.stderr()) ?? undefined)
  const stopped = await lab.run('stop', runId, '--json')
  assert.match(JSON.parse(stopped.stdout).answer, /is stopped with/)
  assert.equal((await end(command, 0)).schedule.edits.length, 1)
})

test('a reader that goes away ends an export quietly', { skip: noSignals() }, async () => {
  const runId = lab.look((store) => store.read.runs()[0]?.id ?? '')
  const command = lab.start('runs', 'export', runId, '--format', 'csv')
  command.process.stdout?.destroy()
  const [code] = await once(command.process, 'exit')
  assert.equal(code, 0)
  assert.equal(command.stderr(), '')
})

test('completion knows commands, options and runs', async () => {
  const runId = lab.look((store) => store.read.runs()[0]?.id ?? 'none')
  const offered = async (...words: string[]) => (await lab.run('complete', '--', ...words)).stdout
  assert.match(await offered('runs', ''), /^show\t/m)
  assert.match(await offered('train', '--'), /^--spec\t/m)
  assert.match(await offered('resume', ''), new RegExp(`^${runId}\t`, 'm'))
  assert.match(await offered('schedule', '--preset', ''), /^one-cycle-paper\t/m)
  for (const shell of ['bash', 'zsh', 'fish', 'powershell']) {
    const { code, stdout } = await lab.run('completion', shell)
    assert.equal(code, 0)
    assert.match(stdout, /anneal complete '?--/)
  }
})

/** Starts the long run and waits until it has stored steps. */
async function begin(): Promise<{ command: Invocation; runId: string }> {
  const command = lab.start('train', '--spec', spec, '--json')
  const runId = await until('the run to start', () => /\((\w+)\) in process/.exec(command.stderr())?.[1])
  return { command: await watchSteps(command, runId, 1), runId }
}

async function watchSteps(command: Invocation, runId: string, steps: number): Promise<Invocation> {
  await lab.watch('its steps', (store) => store.read.run(runId).stepsDone >= steps || undefined)
  return command
}

async function end(command: Invocation, wanted: number): Promise<Report> {
  const { code, stdout, stderr } = await command.result
  assert.equal(code, wanted, stderr)
  return report.parse(JSON.parse(stdout))
}

async function asked(...args: string[]): Promise<void> {
  const { code, stderr } = await lab.run(...args)
  assert.equal(code, 0, stderr)
}

/** Sends interrupts until one counts as the second: those right after the first are the same key press. */
async function interruptAgain(command: Invocation): Promise<void> {
  const timer = setInterval(() => command.process.kill('SIGINT'), 100)
  await until('the second to be noticed', () => /Ending it at once/.exec(command.stderr()) ?? undefined)
  clearInterval(timer)
}

function noSignals(): boolean {
  return process.platform === 'win32'
}
