import type { Parameters } from './goldenCase.ts'

/** Tables evaluated from the papers' formulas (section 4, "Formulas"). */
export function fromFormula(p: Parameters): object | undefined {
  switch (p.text('type')) {
    case 'rex':
      return { kind: 'rex', beta: p.number('beta'), ...decayFields(p) }
    case 'linearDecay':
      return { kind: 'linear', ...decayFields(p) }
    case 'cosineDecay':
      return { kind: 'cosine', ...decayFields(p) }
    case 'exponentialDecay':
      return exponential(p)
    case 'delayed':
      return { ...decayKind(p, 'profile'), ...decayFields(p), delay: p.number('delayFraction') }
    case 'sampledProfile':
      return {
        ...decayKind(p, 'profile'),
        ...decayFields(p),
        update: { atSteps: p.numbers('sampleSteps') },
      }
    case 'fractal':
      return {
        kind: 'fractal',
        m: p.number('m'),
        M: p.number('M'),
        period: p.number('period'),
        order: p.text('order'),
        scale: p.number('scale', 1),
      }
    case 'budgeted':
      return budgeted(p)
    case 'sgdr':
      return {
        kind: 'sgdr',
        lrMin: p.number('lrMin'),
        lrMax: p.number('lrMax'),
        t0: p.number('t0'),
        tMult: p.number('tMult'),
        unit: 'epoch',
        update: p.text('granularity') === 'epoch' ? 'epoch' : 'step',
        restartDecay: p.number('restartDecay', 1),
      }
    case 'snapshot':
      return { kind: 'snapshot', lrMax: p.number('lr0'), cycles: p.number('cycles') }
    case 'warmupDecay':
      return warmup(p)
    case 'demon':
      return {
        kind: 'constant',
        lr: p.number('lr'),
        momentum: { curve: 'demon', init: demonStart(p), delay: p.number('delayFraction', 0) },
      }
    default:
      return undefined
  }
}

/** A run's momentum stays below 1; the number just below gives the formula's values at 1 but for a rounding. */
const demonStart = (p: Parameters): number => Math.min(p.number('momentumInit'), 1 - Number.EPSILON / 2)

function decayFields(p: Parameters): object {
  return {
    lrStart: p.number('lrStart'),
    lrEnd: p.number('lrEnd', 0),
    unit: 'step',
    endpoint: p.text('endpoint', 'exclusive'),
    update: { every: p.number('sampleEvery', 1) },
  }
}

function decayKind(p: Parameters, field: string): object {
  const name = p.text(field)
  if (name === 'exp') return { kind: 'exponentialDecay', k: p.number('k', 4) }
  if (name === 'rex') return { kind: 'rex', beta: p.number('beta', 0.5) }
  if (name === 'poly') return { kind: 'polynomial', power: p.number('power') }
  return { kind: name === 'cos' ? 'cosine' : name }
}

function exponential(p: Parameters): object {
  switch (p.text('form')) {
    case 'gamma':
      return { kind: 'exponential', lr: p.number('lrStart'), gamma: p.number('gamma'), unit: 'step' }
    case 'rate':
      // Always in t/T, whatever endpoint the case names.
      return {
        kind: 'exponentialDecay',
        k: p.number('k'),
        lrStart: p.number('lrStart'),
        lrEnd: p.number('lrEnd', 0),
      }
    default:
      return { kind: 'geometric', ...decayFields(p) }
  }
}

function budgeted(p: Parameters): object {
  const name = p.text('profile')
  const lr = p.number('lrStart')
  if (name === 'step') {
    return {
      kind: 'multiStep',
      lr,
      milestones: p.numbers('milestoneSteps'),
      gamma: p.number('gamma'),
      unit: 'step',
    }
  }
  return { kind: 'budgeted', lr, profile: profile(p, name), granularity: p.text('granularity') }
}

function profile(p: Parameters, name: string): object {
  if (name === 'poly') return { shape: 'polynomial', power: p.number('power') }
  if (name === 'exp') return { shape: 'exponential', k: p.number('k', 4) }
  if (name === 'rex') return { shape: 'rex', beta: p.number('beta', 0.5) }
  return { shape: name === 'cos' ? 'cosine' : name }
}

function warmup(p: Parameters): object {
  const length = p.number('warmupSteps')
  const form = p.text('warmup')
  return {
    kind: 'warmup',
    length,
    form,
    ...(form === 'startFactor' && { startFactor: p.number('startFactor') }),
    unit: 'step',
    schedule: afterWarmup(p, length),
  }
}

function afterWarmup(p: Parameters, length: number): object {
  const peak = p.number('lrPeak')
  if (p.text('decay') === 'constant') return { kind: 'constant', lr: peak }
  if (p.text('decay') === 'inverseSqrt') {
    return {
      kind: 'inverseSqrt',
      lr: peak,
      timescale: Math.max(length, 1),
      offset: length,
      unit: 'step',
    }
  }
  return { ...decayKind(p, 'decay'), lrStart: peak, lrEnd: p.number('lrEnd', 0), unit: 'step' }
}
