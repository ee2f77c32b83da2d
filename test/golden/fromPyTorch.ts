import { lambdaSpec } from './fromLambda.ts'
import type { Parameters } from './goldenCase.ts'

/** Tables of torch.optim.lr_scheduler. `interval` becomes the unit of lengths and the moments of change alike. */
export function fromPyTorch(p: Parameters): object | undefined {
  const interval = p.text('interval', 'step')
  switch (p.text('type')) {
    case 'cyclic':
      return cyclic(p, interval)
    case 'oneCycle':
      return oneCycle(p)
    case 'plateau':
      return plateau(p)
    case 'cosineWarmRestarts':
      return p.text('stepping') === 'integer'
        ? scheduler(p, p.number('baseLr'), interval)
        : warmRestarts(p, p.number('baseLr'), 'epoch', 'step')
    case 'sequential':
      return sequential(p, interval)
    case 'chained':
      return chained(p, interval)
    default:
      return scheduler(p, p.number('baseLr', 0), interval)
  }
}

/** One of the schedulers that may also stand in a sequence or chain; `b` is the rate it starts from. */
function scheduler(p: Parameters, b: number, interval: string): object | undefined {
  const timed = { unit: interval, update: interval }
  switch (p.text('type')) {
    case 'lambda':
      return lambdaSpec(p.inner('lambda'), b, interval)
    case 'step':
      return { kind: 'step', lr: b, stepSize: p.number('stepSize'), gamma: p.number('gamma'), ...timed }
    case 'multiStep':
      return {
        kind: 'multiStep',
        lr: b,
        milestones: p.numbers('milestones'),
        gamma: p.number('gamma'),
        ...timed,
      }
    case 'constant': {
      const total = p.number('totalIters')
      const low = b * p.number('factor')
      // With totalIters 0 PyTorch applies the factor and never takes it back.
      if (total === 0) return { kind: 'constant', lr: low }
      return { kind: 'piecewise', values: [low, b], boundaries: [total], ...timed }
    }
    case 'linear': {
      const total = p.number('totalIters')
      const from = b * p.number('startFactor')
      if (total === 0) return { kind: 'constant', lr: from }
      return {
        kind: 'linear',
        lrStart: from,
        lrEnd: b * p.number('endFactor'),
        length: total,
        ...timed,
      }
    }
    case 'exponential':
      return { kind: 'exponential', lr: b, gamma: p.number('gamma'), ...timed }
    case 'polynomial': {
      const total = p.number('totalIters')
      if (total === 0) return { kind: 'constant', lr: b }
      return { kind: 'polynomial', lrStart: b, power: p.number('power'), length: total, ...timed }
    }
    case 'cosine':
      return cosine(b, p.number('etaMin', 0), p.number('tMax'), interval)
    case 'cosineWarmRestarts':
      return warmRestarts(p, b, interval, interval)
    default:
      return undefined
  }
}

function cosine(lrStart: number, lrEnd: number, length: number, interval: string): object {
  return { kind: 'cosine', lrStart, lrEnd, length, afterEnd: 'mirror', unit: interval, update: interval }
}

function warmRestarts(p: Parameters, b: number, unit: string, update: string): object {
  return {
    kind: 'sgdr',
    lrMax: b,
    lrMin: p.number('etaMin', 0),
    t0: p.number('t0'),
    tMult: p.number('tMult', 1),
    stepping: p.text('stepping', 'integer') === 'fractionalDocs' ? 'docsLoop' : 'onTime',
    unit,
    update,
  }
}

function cyclic(p: Parameters, interval: string): object {
  const up = p.number('stepSizeUp')
  return {
    kind: 'cyclical',
    lrMin: p.number('baseLr'),
    lrMax: p.number('maxLr'),
    stepUp: up,
    stepDown: p.number('stepSizeDown', up),
    mode: p.text('mode'),
    gamma: p.number('gamma', 1),
    unit: interval,
    update: interval,
    ...inverseMomentum(p),
  }
}

function oneCycle(p: Parameters): object {
  return {
    kind: 'oneCycle',
    lrMax: p.number('maxLr'),
    divFactor: p.number('divFactor'),
    finalDivFactor: p.number('finalDivFactor'),
    pctStart: p.number('pctStart'),
    anneal: p.text('anneal') === 'linear' ? 'linear' : 'cosine',
    phases: p.flag('threePhase') ? 3 : 2,
    ...inverseMomentum(p),
  }
}

function inverseMomentum(p: Parameters): object {
  if (!p.flag('cycleMomentum')) return {}
  return { momentum: { curve: 'inverse', low: p.number('baseMomentum'), high: p.number('maxMomentum') } }
}

function plateau(p: Parameters): object {
  return {
    kind: 'plateau',
    lr: p.number('baseLr'),
    mode: p.text('mode'),
    metric: p.text('mode') === 'max' ? 'validationAccuracy' : 'validationLoss',
    factor: p.number('factor'),
    patience: p.number('patience'),
    threshold: p.number('threshold'),
    thresholdMode: p.text('thresholdMode'),
    cooldown: p.number('cooldown'),
    minLr: p.number('minLr'),
    eps: p.number('eps'),
  }
}

function sequential(p: Parameters, interval: string): object {
  const b = p.number('baseLr')
  const milestones = p.numbers('milestones')
  const zeros = milestones.filter((milestone) => milestone === 0).length
  const schedulers = p.list('schedulers')
  if (zeros > 0) return afterMilestoneZero(p, schedulers, milestones, zeros, interval)
  const pieces = schedulers.map((s, i) => ({
    schedule: restarted(s, i, b, interval),
    ...(i < milestones.length && { length: (milestones[i] ?? 0) - (milestones[i - 1] ?? 0) }),
  }))
  return { kind: 'sequence', unit: interval, pieces }
}

/** From the second on, a scheduler begins with its closed form, which for ConstantLR over 0 ticks is the base rate. */
function restarted(s: Parameters, index: number, b: number, interval: string): object | undefined {
  const instant = s.text('type') === 'constant' && s.number('totalIters') === 0
  return index > 0 && instant ? { kind: 'constant', lr: b } : scheduler(s, b, interval)
}

/**
 * Milestone 0 comes before SequentialLR looks: tick 0 is scheduler 0's, and from tick 1 the last of the zero milestones'
 * schedulers runs from its own tick 0, without a reset, starting from the rate it finds.
 */
function afterMilestoneZero(
  p: Parameters,
  schedulers: Parameters[],
  milestones: number[],
  zeros: number,
  interval: string,
): object {
  const b = p.number('baseLr')
  const later = milestones.slice(zeros)
  const found = b * firstFactor(schedulers[0])
  const pieces = schedulers.slice(zeros).map((s, i) => ({
    schedule: i === 0 ? continued(s, b, found, interval) : restarted(s, 1, b, interval),
    ...(i < later.length && { length: (later[i] ?? 0) - (i === 0 ? 1 : (later[i - 1] ?? 0)) }),
  }))
  return {
    kind: 'sequence',
    unit: interval,
    pieces: [{ schedule: { kind: 'constant', lr: found }, length: 1 }, ...pieces],
  }
}

function continued(s: Parameters, b: number, found: number, interval: string): object | undefined {
  const type = s.text('type')
  if (type === 'lambda' || type === 'cosineWarmRestarts') return scheduler(s, b, interval)
  if (type !== 'cosine') return scheduler(s, found, interval)
  // Down from the rate it found; past tMax the recursion climbs back towards the base rate.
  const [etaMin, tMax] = [s.number('etaMin', 0), s.number('tMax')]
  const pieces = [
    { schedule: cosine(found, etaMin, tMax, interval), length: tMax },
    { schedule: cosine(etaMin, b, tMax, interval) },
  ]
  return { kind: 'sequence', unit: interval, pieces }
}

/** What a scheduler makes of rate 1 at its tick 0. */
function firstFactor(s: Parameters | undefined): number {
  switch (s?.text('type')) {
    case 'constant':
      return s.number('factor')
    case 'linear':
      return s.number('startFactor')
    case 'multiStep':
      return s.number('gamma') ** s.numbers('milestones').filter((milestone) => milestone === 0).length
    case 'lambda':
      return lambdaAtZero(s.inner('lambda'))
    default:
      return 1
  }
}

function lambdaAtZero(p: Parameters): number {
  switch (p.text('kind')) {
    case 'floorDiv':
      return 0
    case 'noam':
      return Math.min(1, p.number('warmup') ** -1.5)
    case 'warmupLinear':
      return Math.min(1, 1 / p.number('warmup'))
    case 'constant':
      return p.number('value')
    case 'piecewise': {
      const values = p.numbers('values')
      const first = p.numbers('boundaries').findIndex((boundary) => boundary > 0)
      return values.at(first) ?? 1
    }
    default:
      return 1
  }
}

/** A plain product where that is exact; else PyTorch's recursion. Factors are around 1, so etaMin counts in base rates. */
function chained(p: Parameters, interval: string): object {
  const lr = p.number('baseLr')
  const schedulers = p.list('schedulers')
  const multiplicative = schedulers.every((s) => s.text('type') !== 'lambda' && s.text('type') !== 'cosine')
  const factors = schedulers.map((s) => {
    if (s.text('type') === 'lambda') return lambdaSpec(s.inner('lambda'), 1, interval, true)
    if (s.text('type') !== 'cosine') return scheduler(s, 1, interval)
    return cosine(1, s.number('etaMin', 0) / lr, s.number('tMax'), interval)
  })
  return {
    kind: 'chain',
    lr,
    factors,
    combine: multiplicative ? 'product' : 'recursive',
    tick: interval,
    negative: 'keep',
  }
}
