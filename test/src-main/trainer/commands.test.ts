import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildTimetable } from '../../../shared/run/plan.ts'
import { existing, startRequest, tinyDataset, tinySpec, train } from './support.ts'

test('pause saves the state and waits; resume goes on as if nothing had been', async (t) => {
  const folder = await tinyDataset(t)
  const whole = await train(startRequest(folder, tinySpec()))
  const run = await train(startRequest(folder, tinySpec()), {
    after: { 11: [{ type: 'pause' }] },
    onEvent(event, commands) {
      if (event.type === 'status' && event.status === 'paused') commands.push({ type: 'resume' })
    },
  })
  assert.deepEqual(
    run.of('status').map(({ status, step }) => [status, step]),
    [
      ['paused', 11],
      ['running', 11],
    ],
  )
  assert.ok(run.of('checkpoint').some(({ state }) => state.position.stepsDone === 11))
  assert.equal(run.ended.weightsSha256, whole.ended.weightsSha256)
})

test('a paused run can be stopped', async (t) => {
  const run = await train(startRequest(await tinyDataset(t), tinySpec()), {
    after: { 3: [{ type: 'pause' }, { type: 'stop', when: 'now' }] },
  })
  assert.equal(run.ended.status, 'stopped')
  assert.equal(run.ended.stepsDone, 3)
})

test('stop now ends before the next step with a state to resume from', async (t) => {
  const run = await train(startRequest(await tinyDataset(t), tinySpec()), {
    after: { 13: [{ type: 'stop', when: 'now' }] },
  })
  assert.equal(run.ended.status, 'stopped')
  assert.equal(run.ended.stepsDone, 13)
  assert.equal(run.series('loss').length, 13)
  assert.equal(run.state.position.stepsDone, 13)
})

test('stop at the end of the cycle takes its snapshot first', async (t) => {
  const run = await train(startRequest(await tinyDataset(t), tinySpec()), {
    after: { 20: [{ type: 'stop', when: 'cycleEnd' }] },
  })
  assert.equal(run.ended.status, 'stopped')
  assert.equal(run.ended.stepsDone, 36)
  assert.equal(run.of('snapshot').at(-1)?.step, 35)
})

test('a stop at the end of the cycle can be taken back, and each is told with the step', async (t) => {
  const spec = tinySpec()
  const run = await train(startRequest(await tinyDataset(t), spec), {
    after: {
      20: [{ type: 'stop', when: 'cycleEnd' }],
      22: [{ type: 'annealNow', epochs: 0.5 }],
      24: [{ type: 'keepGoing' }],
      // Without a planned stop nothing changes.
      25: [{ type: 'keepGoing' }],
    },
  })
  assert.deepEqual(
    run.of('stopPlanned').map(({ afterStep }) => afterStep),
    // Cycles end after steps 17, 35 and 53; annealing over 5 steps from step 22 on ends the second after step 26.
    [35, 26, null],
  )
  assert.equal(run.ended.status, 'completed')
})

test('anneal now is told before its first step, ends the cycle early and shortens the run', async (t) => {
  const spec = tinySpec()
  const request = startRequest(await tinyDataset(t), spec)
  const run = await train(request, { after: { 22: [{ type: 'annealNow', epochs: 0.5 }] } })
  const { edit, totalSteps, seq } = existing(run.of('edited')[0], 'edit')
  assert.deepEqual(edit, { kind: 'annealNow', atStep: 22, steps: 5 })
  const under = run.of('metrics').find(({ firstStep }) => firstStep >= 22)
  assert.ok(seq < existing(under, 'metrics after the edit').seq)
  assert.equal(totalSteps, 45)
  assert.equal(run.ended.stepsDone, 45)
  assert.deepEqual(
    run.of('snapshot').map(({ step }) => step),
    [17, 26, 44],
  )
  const { schedule } = buildTimetable(spec, { plan: request.plan, edits: [edit] })
  assert.deepEqual(
    run.series('lr'),
    Array.from({ length: 45 }, (_, step) => schedule.at(step).lr),
  )
})

test('a run resumed with its edits goes the same way as the one that was edited', async (t) => {
  const folder = await tinyDataset(t)
  const annealed = { 22: [{ type: 'annealNow', epochs: 1 }] } as const
  const whole = await train(startRequest(folder, tinySpec()), { after: annealed })
  const first = await train(startRequest(folder, tinySpec()), {
    after: { ...annealed, 25: [{ type: 'stop', when: 'now' }] },
  })
  const edits = first.of('edited').map(({ edit }) => edit)
  const rest = await train(startRequest(folder, tinySpec(), { attempt: 2, state: first.state, edits }))
  assert.equal(rest.ended.weightsSha256, whole.ended.weightsSha256)
})

test('an anneal that cannot be had, a second one at the same step, is refused in words and changes nothing', async (t) => {
  const run = await train(startRequest(await tinyDataset(t), tinySpec()), {
    after: {
      22: [
        { type: 'annealNow', epochs: 1 },
        { type: 'annealNow', epochs: 2 },
      ],
    },
  })
  assert.equal(run.of('edited').length, 1)
  const [refused, ...more] = run.of('refused')
  assert.deepEqual(refused?.command, { type: 'annealNow', epochs: 2 })
  assert.equal(
    existing(refused, 'refusal').reason,
    'While annealing now: the cycle is being ended from step 22 on already; ask again after that step.',
  )
  assert.equal(more.length, 0)
  assert.equal(run.ended.status, 'completed')
})

test('a command that comes after the last step is refused, one to stop is not', async (t) => {
  const run = await train(startRequest(await tinyDataset(t), tinySpec()), {
    after: {
      54: [
        { type: 'stop', when: 'cycleEnd' },
        { type: 'annealNow', epochs: 1 },
      ],
    },
  })
  assert.deepEqual(
    run.of('refused').map(({ command, reason }) => [command.type, reason]),
    [
      [
        'annealNow',
        'While obeying annealNow: the run has ended with 54 steps done and takes no more commands.',
      ],
    ],
  )
  assert.equal(run.ended.status, 'completed')
})
