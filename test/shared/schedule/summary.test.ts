import assert from 'node:assert/strict'
import { it } from 'node:test'
import {
  compileSchedule,
  parseSchedule,
  type ScheduleEdit,
  type SchedulePlan,
} from '../../../shared/schedule/index.ts'

const epochs = (n: number, stepsPerEpoch = 10): SchedulePlan => ({
  totalSteps: n * stepsPerEpoch,
  stepsPerEpoch,
})
const says = (input: object, plan: SchedulePlan, words: string, edits: ScheduleEdit[] = []) =>
  assert.equal(compileSchedule(parseSchedule(input), plan, edits).summary, words)
const sgdr = { kind: 'sgdr', lrMax: 0.1, t0: 2 }
const cosine = { kind: 'cosine', lrStart: 0.1 }

it('says how long the cycles are and what the budget cuts', () => {
  says(
    { ...sgdr, t0: 10, tMult: 2 },
    epochs(100),
    'Cosine decay from 0.1 to 0 with warm restarts: 4 cycles of 10, 20, 40, 80 epochs; the budget ends 37 % into cycle 4: no snapshot of it.',
  )
  says(sgdr, epochs(10), 'Cosine decay from 0.1 to 0 with warm restarts: 5 cycles of 2 epochs each.')
  says({ kind: 'constant', lr: 1 }, epochs(1), 'Constant rate 1: 1 cycle of 1 epoch.')
})

it('says which cycles the next piece cuts short, with lengths that add up', () => {
  const pieces = [{ schedule: sgdr, length: 3 }, { schedule: cosine }]
  says(
    { kind: 'sequence', pieces },
    epochs(6),
    'Cosine decay from 0.1 to 0 with warm restarts, then cosine decay from 0.1 to 0: 3 cycles of 2, 1, 3 epochs; cycle 2, planned to last 2 epochs, is cut short by what follows: no snapshot of it.',
  )
  says(
    {
      kind: 'sequence',
      pieces: [{ schedule: sgdr, length: 3 }, { schedule: sgdr, length: 1 }, { schedule: sgdr }],
    },
    epochs(5),
    'Cosine decay from 0.1 to 0 with warm restarts, then cosine decay from 0.1 to 0 with warm restarts, then cosine decay from 0.1 to 0 with warm restarts: 4 cycles of 2, 1, 1, 2 epochs; cycles 2 and 3 are cut short by what follows: no snapshots of them; the budget ends 50 % into cycle 4: no snapshot of it.',
  )
})

it('says how long a decay takes, where that is not the budget', () => {
  const ends = ': 1 cycle of 6 epochs.'
  says(
    { ...cosine, length: 2 },
    epochs(6),
    `Cosine decay from 0.1 to 0 over 2 epochs and held after them${ends}`,
  )
  says(
    { ...cosine, length: 20 },
    epochs(6),
    `Cosine decay from 0.1 to 0 over 20 epochs, of which only the first 30 % are run${ends}`,
  )
  says({ ...cosine, length: 6 }, epochs(6), `Cosine decay from 0.1 to 0 over 6 epochs${ends}`)
  says(
    { ...cosine, length: 2, afterEnd: 'mirror' },
    epochs(6),
    `Cosine decay from 0.1 to 0 over 2 epochs, then back and forth${ends}`,
  )
  says(
    { kind: 'exponentialDecay', lrStart: 0.1, delay: 0.25 },
    epochs(6),
    `Exponential decay from 0.1 towards 0, held for the first 25 %${ends}`,
  )
})

it('says what never begins within the run', () => {
  says(
    { kind: 'warmup', length: 10, schedule: cosine },
    epochs(6),
    'Warm-up of 10 epochs, longer than the run, so that what follows never begins: cosine decay from 0.1 to 0: 1 cycle of 6 epochs.',
  )
  says(
    { kind: 'sequence', pieces: [{ schedule: sgdr, length: 10 }, { schedule: cosine }] },
    epochs(6),
    'Cosine decay from 0.1 to 0 with warm restarts, then (never begun: past the end of the run) cosine decay from 0.1 to 0: 3 cycles of 2 epochs each.',
  )
  says(
    { kind: 'warmup', length: 0, schedule: cosine },
    epochs(6),
    'Cosine decay from 0.1 to 0: 1 cycle of 6 epochs.',
  )
})

it('says when fewer cycles fit than were asked for, and when they rise', () => {
  says(
    { kind: 'snapshot', lrMax: 0.1, cycles: 6 },
    epochs(10, 1),
    'Cosine cycles from 0.1 to 0 for a snapshot ensemble (6 asked for, but 5 of 2 steps already fill the budget of 10 steps): 5 cycles of 2 epochs each.',
  )
  says(
    { ...sgdr, lrMin: 0.01, t0: 1, restartDecay: 0.1 },
    epochs(4),
    'Cosine decay from 0.1 to 0.01 with warm restarts, each restart at 0.1 times the one before, which from cycle 3 on is below 0.01, so that these cycles rise: 4 cycles of 1 epoch each.',
  )
})

it('counts in plain words', () => {
  const rate = 'Rate 0.1, times 0.1'
  const ends = ': 1 cycle of 6 epochs.'
  const multiStep = { kind: 'multiStep', lr: 0.1 }
  const texts: [object, string][] = [
    [
      { kind: 'noam', lr: 0.1, warmup: 0.1, unit: 'budget' },
      'Noam schedule: warm-up of 10 % of the budget, then inverse square root decay',
    ],
    [
      { kind: 'noam', lr: 0.1, warmup: 1 },
      'Noam schedule: warm-up of 1 epoch, then inverse square root decay',
    ],
    [
      { kind: 'exponential', lr: 0.1, gamma: 0.1, unit: 'budget' },
      'Exponential decay from 0.1, times 0.1 over the budget',
    ],
    [{ kind: 'exponential', lr: 0.1, gamma: 1.5 }, 'Exponential growth from 0.1, times 1.5 per epoch'],
    [{ kind: 'step', lr: 0.1, stepSize: 1 / 3 }, `${rate} every 0.3333 epochs`],
    [{ kind: 'step', lr: 0.1, stepSize: 1 }, `${rate} every epoch`],
    [{ kind: 'step', lr: 0.1, stepSize: 12345, unit: 'step' }, `${rate} every 12345 steps`],
    [{ ...multiStep, milestones: [1] }, `${rate} after 1 epoch`],
    [{ ...multiStep, milestones: [] }, 'Rate 0.1, never changed: it has no milestones'],
    [{ ...multiStep, milestones: [0.75, 0.5], unit: 'budget' }, `${rate} after 50 % and 75 % of the budget`],
    [
      { ...multiStep, milestones: [1, 2, 3, 4, 5, 6, 7, 8, 9] },
      `${rate} after 1, 2, 3, 4, 5, 6, … and 9 epochs`,
    ],
    [{ kind: 'inverseTime', lr: 0.1, k: 2 }, 'Rate 0.1 divided by 1 + 2 × epochs'],
    [
      { kind: 'plateau', lr: 0.1, patience: 1 },
      `${rate} when the validation loss has not improved for more than 1 epoch`,
    ],
  ]
  for (const [input, text] of texts) says(input, epochs(6), text + ends)
})

it('counts cycles in epochs where two decimals say them, else in steps', () => {
  const head = 'Cosine decay from 0.1 to 0'
  const pieces = [{ schedule: cosine, length: 6 }, { schedule: { ...sgdr, t0: 2.5 } }]
  says(
    { kind: 'sequence', pieces },
    epochs(11, 140),
    `${head}, then cosine decay from 0.1 to 0 with warm restarts: 3 cycles of 6, 2.5, 2.5 epochs.`,
  )
  says({ ...sgdr, t0: 2.3 }, epochs(4.6, 70), `${head} with warm restarts: 2 cycles of 2.3 epochs each.`)
  says({ ...sgdr, t0: 100.25 }, epochs(401, 4), `${head} with warm restarts: 4 cycles of 100.25 epochs each.`)
  says(
    { ...sgdr, t0: 100, unit: 'step' },
    epochs(10, 70),
    `${head} with warm restarts: 7 cycles of 100 steps each.`,
  )
  says(
    { ...sgdr, t0: 10, unit: 'step' },
    { totalSteps: 30, stepsPerEpoch: 1000 },
    `${head} with warm restarts: 3 cycles of 10 steps each.`,
  )
})

it('says what was annealed early, and which cycle is another length for it', () => {
  const annealed = (atStep: number, steps: number): ScheduleEdit => ({ kind: 'annealNow', atStep, steps })
  says(
    { kind: 'constant', lr: 0.05 },
    epochs(40, 141),
    'Constant rate 0.05: 1 cycle of 1904 steps; annealed early from step 1764 over 140 steps.',
    [annealed(1764, 140)],
  )
  says(
    sgdr,
    epochs(400, 70),
    'Cosine decay from 0.1 to 0 with warm restarts: 200 cycles of 2 epochs each, but cycle 4 of 113 steps; annealed early from step 500 over 33 steps.',
    [annealed(500, 33)],
  )
  says(
    sgdr,
    epochs(10, 70),
    'Cosine decay from 0.1 to 0 with warm restarts: 5 cycles of 140, 100, 100, 140, 140 steps; annealed early from step 200 over 40 steps and from step 339 over 1 step.',
    [annealed(200, 40), annealed(339, 1)],
  )
})

it('says of a rate that never moves what it is', () => {
  says(
    { ...sgdr, t0: 1, update: 'epoch' },
    epochs(12),
    'Constant rate 0.1 (cosine decay from 0.1 to 0 with warm restarts, but the rate is computed anew only where that gives the same): 12 cycles of 1 epoch each.',
  )
  const still = (input: object) =>
    assert.match(compileSchedule(parseSchedule(input), epochs(12)).summary, /^Constant rate /)
  still({ kind: 'snapshot', lrMax: 0.1, cycles: 4, update: { every: 30 } })
  still({ kind: 'cyclical', lrMin: 0.01, lrMax: 0.1, stepUp: 0.5, update: 'epoch' })
  still({ kind: 'linear', lrStart: 0.1, update: { every: 500 } })
  still({ kind: 'cosine', lrStart: 0.1, update: { atSteps: [] } })
  for (const moves of [
    { ...sgdr, t0: 1, tMult: 2, update: 'epoch' },
    { ...sgdr, t0: 1, update: 'epoch', restartDecay: 0.5 },
    { kind: 'linear', lrStart: 0.1, update: { atSteps: [119] } },
  ])
    assert.doesNotMatch(compileSchedule(parseSchedule(moves), epochs(12)).summary, /^Constant/)
})
