import type { Parameters } from './goldenCase.ts'

/** Tables of the survey's LRSchedules scripts: REX with beta 0.9, exponent 4, cyclical half sizes. */
export function fromSurveyCode(p: Parameters): object | undefined {
  switch (p.text('type')) {
    case 'lrsCyclical':
      return {
        unit: 'step',
        kind: 'cyclical',
        lrMin: p.number('minLr'),
        lrMax: p.number('maxLr'),
        stepUp: p.number('stepSize'),
        profile: surveyProfile(p.text('profile')),
        growth: 'flipped',
      }
    case 'lrsSgdr':
      return {
        unit: 'step',
        kind: 'sgdr',
        lrMin: p.number('minLr'),
        lrMax: p.number('maxLr'),
        t0: p.number('stepSize'),
        tMult: p.number('stepSizeMult'),
        profile: surveyProfile(p.text('profile')),
      }
    case 'lrsSampling':
      return {
        ...decayKind(p.text('profile')),
        lrStart: p.number('maxLr'),
        lrEnd: p.number('minLr'),
        length: p.number('totalIter'),
        unit: 'step',
        update: { every: p.number('samplingRate') },
      }
    default:
      return undefined
  }
}

function surveyProfile(name: string): object {
  if (name === 'rex') return { shape: 'rex', beta: 0.9 }
  if (name === 'exp') return { shape: 'exponential', k: 4 }
  return { shape: name === 'cos' ? 'cosine' : name }
}

function decayKind(name: string): object {
  if (name === 'rex') return { kind: 'rex', beta: 0.9 }
  if (name === 'exp') return { kind: 'exponentialDecay', k: 4 }
  return { kind: name === 'cos' ? 'cosine' : name }
}
