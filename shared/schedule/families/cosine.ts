import { z } from 'zod'
import { unitSteps } from '../clock.ts'
import { profileCurve } from '../curves.ts'
import {
  compileDecay,
  decayFields,
  decayHandles,
  decayLabel,
  decayPeak,
  decayProgress,
  decayReadsBudget,
  decayWords,
  writeDecay,
} from '../decays.ts'
import { defineFamily } from '../family.ts'
import { described } from '../fieldMeta.ts'
import type { Context, Track } from '../track.ts'

const profile = { shape: 'cosine' } as const

const schema = z.strictObject({
  kind: z.literal('cosine'),
  ...decayFields,
  // What follows the end: `hold` the lowest rate, or rise again as PyTorch's CosineAnnealingLR does past T_max.
  afterEnd: described(z.enum(['hold', 'mirror']).default('hold'), {
    label: 'After the end',
    isFine: true,
    help: 'What the rate does when the length is over and the run goes on.',
    options: {
      hold: { label: 'hold the last rate', help: 'The rate stays at its last.' },
      mirror: { label: 'rise again', help: 'The rate rises again as it fell, and falls again.' },
    },
  }),
})

/** Half a cosine from lrStart to lrEnd; decays.ts says the rest. */
export const cosine = defineFamily({
  name: 'Cosine',
  group: 'Decay',
  about: 'Half a cosine over the length, after a delay.',
  schema,
  start: { lrStart: 0.1 },
  peak: decayPeak,
  compile(spec, context) {
    if (spec.afterEnd === 'hold') return compileDecay(spec, profile, context)
    return compileMirrored(spec, context)
  },
  write: (spec, place) => writeDecay(spec, profile, place, spec.afterEnd === 'mirror'),
  label: (spec) => decayLabel('Cosine', spec),
  summary: (spec, context, steps) =>
    decayWords('cosine', spec, steps / unitSteps(spec.unit, context), spec.afterEnd === 'mirror'),
  handles: (spec, place) => decayHandles(spec, place),
  readsBudget: decayReadsBudget,
  presets: [
    {
      id: 'cosine',
      name: 'Cosine',
      source: 'Loshchilov and Hutter, arXiv 1608.03983, without restarts',
      note: 'One half cosine over the budget.',
      spec: { lrStart: 0.1 },
    },
  ],
})

function compileMirrored(spec: z.infer<typeof schema>, context: Context): Track {
  const u = decayProgress(spec, true, context)
  const curve = profileCurve(profile)
  return {
    ...compileDecay(spec, profile, context),
    lr: (step) => spec.lrEnd + (spec.lrStart - spec.lrEnd) * curve(u(step)),
    advance: cosineAdvance(spec, u),
  }
}

/** CosineAnnealingLR.get_lr: it scales the distance from lrEnd, and leaves the turning point by a step of its own. */
function cosineAdvance(
  spec: { lrStart: number; lrEnd: number },
  u: (step: number) => number,
): NonNullable<Track['advance']> {
  const height = (progress: number): number => 1 + Math.cos(Math.PI * progress)
  return (lr, step, before) => {
    if (before === undefined) return lr
    const [now, last] = [u(step), u(before)]
    if (last % 2 === 1) return lr + ((spec.lrStart - spec.lrEnd) * (1 - Math.cos(Math.PI * (now - last)))) / 2
    return (height(now) / height(last)) * (lr - spec.lrEnd) + spec.lrEnd
  }
}
