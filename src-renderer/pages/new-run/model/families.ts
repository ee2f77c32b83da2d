import type { ScheduleKind } from '../../../../shared/schedule/index.ts'
import type { Choice, FieldSpec, FieldType, FieldUnit } from './fields.ts'

/** A family of schedules as the designer offers it. */
export interface Family {
  readonly name: string
  readonly group: string
  /** What it does, in a sentence. */
  readonly about: string
  readonly fields: readonly FieldSpec[]
  /** What it starts from. */
  readonly start: object
  /** The field with its highest rate, which goes along when the family is changed. */
  readonly peak?: string
}

const number = (unit?: FieldUnit): FieldType => ({ is: 'number', ...(unit && { unit }) })
const field = (key: string, label: string, type: FieldType, hint?: string): FieldSpec => ({
  key,
  label,
  type,
  ...(hint !== undefined && { hint }),
})
const choice = (key: string, label: string, options: readonly Choice[], hint?: string): FieldSpec =>
  field(key, label, { is: 'choice', options }, hint)

const lr = (key: string, label: string): FieldSpec => field(key, label, number('rate'))
const momentum = field('momentum', 'Momentum', { is: 'momentum' }, 'SGD’s momentum, or Adam’s beta1.')
const unit = choice(
  'unit',
  'Lengths in',
  [
    ['epoch', 'epochs'],
    ['step', 'steps'],
    ['budget', 'the budget'],
  ],
  'The unit of every length of this schedule.',
)
const update = field(
  'update',
  'Rate moves',
  { is: 'update' },
  'The sampling rate: when the rate is computed anew; in between it keeps its value.',
)
const timed = [unit, update, momentum]
const profile = field('profile', 'Profile', { is: 'profile' }, 'How the rate falls.')
const gamma = (hint: string): FieldSpec => field('gamma', 'Factor γ', number('times'), hint)
const endpoint = choice(
  'endpoint',
  'Lowest at',
  [
    ['exclusive', 'past the end'],
    ['inclusive', 'last step'],
    ['lastUpdate', 'last update'],
  ],
  'Whether the lowest rate is reached by the last step, by the last update, or not quite.',
)

const decay: readonly FieldSpec[] = [
  lr('lrStart', 'First rate'),
  lr('lrEnd', 'Last rate'),
  { ...field('length', 'Length', number('time')), empty: 'whole budget' },
  field('delay', 'Delay', number('length'), 'Part of the length for which the first rate is held.'),
]
const decayEnd = [endpoint, ...timed]

const groups = {
  steady: 'Steady and stepped',
  decay: 'Decay',
  cycles: 'Cycles',
  feedback: 'Feedback and own',
  composed: 'Composed',
} as const

export const families: Readonly<Record<ScheduleKind, Family>> = {
  constant: {
    name: 'Constant',
    group: groups.steady,
    about: 'One rate for the whole run.',
    fields: [lr('lr', 'Rate'), momentum],
    start: { lr: 0.1 },
    peak: 'lr',
  },
  step: {
    name: 'Step',
    group: groups.steady,
    about: 'Times γ after every so many epochs.',
    fields: [
      lr('lr', 'First rate'),
      field('stepSize', 'Every', number('time')),
      gamma('What the rate is multiplied with at every step down.'),
      ...timed,
    ],
    start: { lr: 0.1, stepSize: 4 },
    peak: 'lr',
  },
  multiStep: {
    name: 'Multi-step',
    group: groups.steady,
    about: 'Times γ at each milestone.',
    fields: [
      lr('lr', 'First rate'),
      field('milestones', 'Milestones', { is: 'numbers', unit: 'time' }),
      gamma('What the rate is multiplied with at each milestone.'),
      ...timed,
    ],
    start: { lr: 0.1, milestones: [0.5, 0.75], unit: 'budget' },
    peak: 'lr',
  },
  piecewise: {
    name: 'Piecewise constant',
    group: groups.steady,
    about: 'Rates of your own between boundaries of your own.',
    fields: [
      field('values', 'Rates', { is: 'numbers', unit: 'rate' }),
      field('boundaries', 'Boundaries', { is: 'numbers', unit: 'time' }),
      ...timed,
    ],
    start: { values: [0.1, 0.01, 0.001], boundaries: [0.5, 0.75], unit: 'budget' },
  },
  linear: {
    name: 'Linear',
    group: groups.decay,
    about: 'A straight line over the length, after a delay.',
    fields: [...decay, ...decayEnd],
    start: { lrStart: 0.1 },
    peak: 'lrStart',
  },
  cosine: {
    name: 'Cosine',
    group: groups.decay,
    about: 'Half a cosine over the length, after a delay.',
    fields: [
      ...decay,
      choice('afterEnd', 'After the end', [
        ['hold', 'hold the last rate'],
        ['mirror', 'rise again'],
      ]),
      ...decayEnd,
    ],
    start: { lrStart: 0.1 },
    peak: 'lrStart',
  },
  polynomial: {
    name: 'Polynomial',
    group: groups.decay,
    about: 'A power of what is left of the length.',
    fields: [...decay, field('power', 'Power', number()), ...decayEnd],
    start: { lrStart: 0.1, power: 0.9 },
    peak: 'lrStart',
  },
  rex: {
    name: 'REX',
    group: groups.decay,
    about: 'Stays high for long, then falls ever faster.',
    fields: [
      ...decay,
      field('beta', 'β', number(), '0.5 in the paper; nearer to 1 stays high for longer.'),
      ...decayEnd,
    ],
    start: { lrStart: 0.1 },
    peak: 'lrStart',
  },
  exponentialDecay: {
    name: 'Exponential over the budget',
    group: groups.decay,
    about: 'Falls by e to the −k of the way over the length.',
    fields: [...decay, field('k', 'k', number()), ...decayEnd],
    start: { lrStart: 0.1 },
    peak: 'lrStart',
  },
  geometric: {
    name: 'Geometric',
    group: groups.decay,
    about: 'A straight line on a log axis; rising, it is the range test.',
    fields: [...decay, ...decayEnd],
    start: { lrStart: 0.1, lrEnd: 0.001 },
    peak: 'lrStart',
  },
  exponential: {
    name: 'Exponential',
    group: groups.decay,
    about: 'Times γ every epoch or step.',
    fields: [lr('lr', 'First rate'), gamma('What the rate is multiplied with every unit of time.'), ...timed],
    start: { lr: 0.1, gamma: 0.8 },
    peak: 'lr',
  },
  inverseTime: {
    name: 'Inverse time',
    group: groups.decay,
    about: 'Divided by 1 + k × time.',
    fields: [lr('lr', 'First rate'), field('k', 'k', number(), 'Per unit of time.'), ...timed],
    start: { lr: 0.1, k: 0.5 },
    peak: 'lr',
  },
  inverseSqrt: {
    name: 'Inverse square root',
    group: groups.decay,
    about: 'Divided by the square root of time.',
    fields: [
      lr('lr', 'Rate'),
      field('timescale', 'Time scale', number('time')),
      field('offset', 'Offset', number('time')),
      ...timed,
    ],
    start: { lr: 0.1 },
    peak: 'lr',
  },
  noam: {
    name: 'Noam (Transformer)',
    group: groups.decay,
    about: 'Rises in a line, then divided by the square root of time.',
    fields: [
      field('lr', 'Scale', number('rate'), 'd_model to the power −0.5 in the paper.'),
      field('warmup', 'Warm-up', number('time')),
      ...timed,
    ],
    start: { lr: 0.05, warmup: 2 },
    peak: 'lr',
  },
  budgeted: {
    name: 'Budgeted',
    group: groups.decay,
    about: 'A profile over whatever the budget is, to zero.',
    fields: [
      lr('lr', 'First rate'),
      profile,
      choice('granularity', 'Counted in', [
        ['iteration', 'steps'],
        ['epoch', 'epochs'],
      ]),
      momentum,
    ],
    start: { lr: 0.1 },
    peak: 'lr',
  },
  sgdr: {
    name: 'SGDR, warm restarts',
    group: groups.cycles,
    about: 'Falls along a profile and restarts, cycle by cycle.',
    fields: [
      lr('lrMax', 'Highest rate'),
      lr('lrMin', 'Lowest rate'),
      field('t0', 'First cycle', number('time')),
      field(
        'tMult',
        'Next is longer',
        number('times'),
        'How many times as long each cycle is as the one before.',
      ),
      field(
        'restartDecay',
        'Restart decay',
        number('times'),
        'What each restart’s highest rate is multiplied with.',
      ),
      profile,
      endpoint,
      choice('stepping', 'Stepping', [
        ['onTime', 'on time'],
        ['docsLoop', 'a step late'],
      ]),
      ...timed,
    ],
    start: { lrMax: 0.05, t0: 3 },
    peak: 'lrMax',
  },
  snapshot: {
    name: 'Snapshot ensemble',
    group: groups.cycles,
    about: 'So many equal cycles in whatever the budget is.',
    fields: [
      lr('lrMax', 'Highest rate'),
      lr('lrMin', 'Lowest rate'),
      field('cycles', 'Cycles', number()),
      profile,
      endpoint,
      update,
      momentum,
    ],
    start: { lrMax: 0.1, cycles: 4 },
    peak: 'lrMax',
  },
  cyclical: {
    name: 'Cyclical (CLR)',
    group: groups.cycles,
    about: 'Up and down between two rates.',
    fields: [
      lr('lrMax', 'Highest rate'),
      lr('lrMin', 'Lowest rate'),
      field('stepUp', 'Way up', number('time')),
      { ...field('stepDown', 'Way down', number('time')), empty: 'as the way up' },
      choice('mode', 'Height', [
        ['triangular', 'stays'],
        ['triangular2', 'halves'],
        ['exp_range', 'shrinks by γ'],
      ]),
      gamma('For exp_range: per unit of time.'),
      profile,
      choice('growth', 'The way up is', [
        ['flipped', 'flipped over'],
        ['reversed', 'played backwards'],
      ]),
      endpoint,
      ...timed,
    ],
    start: { lrMin: 0.005, lrMax: 0.05, stepUp: 2 },
    peak: 'lrMax',
  },
  oneCycle: {
    name: '1cycle',
    group: groups.cycles,
    about: 'Up once, down once, then far below.',
    fields: [
      lr('lrMax', 'Highest rate'),
      field('divFactor', 'Starts at 1/', number(), 'The first rate is the highest divided by this.'),
      field('finalDivFactor', 'Ends at 1/ of start', number(), 'The last rate is the first divided by this.'),
      field('pctStart', 'Peak at', number('budget'), 'Part of the budget on the way up.'),
      choice('anneal', 'Shape', [
        ['cosine', 'cosine'],
        ['linear', 'linear'],
      ]),
      choice('phases', 'Phases', [
        [2, '2'],
        [3, '3'],
      ]),
      update,
      momentum,
    ],
    start: { lrMax: 0.1, momentum: { curve: 'inverse', low: 0.85, high: 0.95 } },
    peak: 'lrMax',
  },
  fractal: {
    name: 'Fractal',
    group: groups.cycles,
    about: 'Chebyshev steps in fractal order; single steps may raise the loss by design.',
    fields: [
      field('m', 'Least m', number()),
      field('M', 'Most M', number()),
      field('scale', 'Scale', number()),
      { ...field('period', 'Period', number('steps')), empty: 'largest that fits' },
      choice('order', 'Order', [
        ['fractal', 'fractal'],
        ['natural', 'natural'],
        ['reversedFractal', 'fractal, reversed'],
        ['reversedNatural', 'natural, reversed'],
      ]),
      update,
      momentum,
    ],
    start: { m: 0.05, M: 1, scale: 0.01 },
  },
  plateau: {
    name: 'Reduce on plateau',
    group: groups.feedback,
    about: 'Cut when a metric stops improving.',
    fields: [
      lr('lr', 'First rate'),
      lr('minLr', 'Lowest rate'),
      field('factor', 'Factor', number('times'), 'What a cut multiplies the rate with.'),
      field('patience', 'Patience', number('epochs')),
      field('cooldown', 'Cooldown', number('epochs')),
      choice('metric', 'Watches', [
        ['validationLoss', 'validation loss'],
        ['validationAccuracy', 'validation accuracy'],
        ['trainingLoss', 'training loss'],
      ]),
      choice('mode', 'Better is', [
        ['min', 'lower'],
        ['max', 'higher'],
      ]),
      field('threshold', 'Threshold', number(), 'What counts as an improvement.'),
      choice('thresholdMode', 'Threshold is', [
        ['rel', 'relative'],
        ['abs', 'absolute'],
      ]),
      field('eps', 'Least cut', number('rate')),
      momentum,
    ],
    start: { lr: 0.1, patience: 3 },
    peak: 'lr',
  },
  formula: {
    name: 'Formula',
    group: groups.feedback,
    about: 'Your own: t step, T budget, u = t/T, epoch, K steps per epoch, x time in the unit, base, pi, e.',
    fields: [
      field('expression', 'Formula', { is: 'text' }, 'For example base * (1 + cos(pi * u)) / 2'),
      field('base', 'base', number('rate')),
      ...timed,
    ],
    start: { expression: 'base * (1 + cos(pi * u)) / 2', base: 0.1 },
    peak: 'base',
  },
  sequence: {
    name: 'Sequence',
    group: groups.composed,
    about: 'Schedules one after the other.',
    fields: [unit, momentum],
    start: {},
  },
  chain: {
    name: 'Chain',
    group: groups.composed,
    about: 'Schedules side by side, multiplied.',
    fields: [
      lr('lr', 'Rate'),
      choice('combine', 'Combined', [
        ['product', 'as a product'],
        ['recursive', 'recursively'],
      ]),
      choice('tick', 'Ticks every', [
        ['step', 'step'],
        ['epoch', 'epoch'],
      ]),
      choice('negative', 'Below zero', [
        ['refuse', 'refuse'],
        ['keep', 'keep'],
      ]),
      momentum,
    ],
    start: { lr: 1 },
    peak: 'lr',
  },
  warmup: {
    name: 'Warm-up, then …',
    group: groups.composed,
    about: 'A line up to the first rate of what follows.',
    fields: [
      field('length', 'Warm-up', number('time')),
      choice('form', 'Rises from', [
        ['startFactor', 'a part'],
        ['zero', 'zero'],
        ['oneBased', 'above zero'],
      ]),
      field('startFactor', 'From', number('times'), 'Times the first rate of what follows.'),
      ...timed,
    ],
    start: { length: 1 },
  },
}

export const isKind = (kind: string): kind is ScheduleKind => Object.hasOwn(families, kind)

export const familyOf = (kind: string): Family | undefined => (isKind(kind) ? families[kind] : undefined)
