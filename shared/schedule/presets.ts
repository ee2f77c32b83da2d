import { show, UserError } from '../errors.ts'
import { parseSchedule, type ScheduleSpec } from './spec.ts'

/** A schedule to start from, as published. Rates are the source's, for its network: find your own with a range test. */
export interface Preset {
  id: string
  name: string
  /** Paper or code it comes from. */
  source: string
  note: string
  spec: ScheduleSpec
}

const towardsHigh = { curve: 'inverse', low: 0.85, high: 0.95 }

const table: readonly (Omit<Preset, 'spec'> & { spec: object })[] = [
  {
    id: 'constant',
    name: 'Constant',
    source: 'the baseline of every comparison',
    note: 'One rate to the end.',
    spec: { kind: 'constant', lr: 0.1 },
  },
  {
    id: 'step-50-75',
    name: 'Step 50-75',
    source: 'He et al., arXiv 1512.03385; the baseline of arXiv 1704.00109',
    note: 'Divided by 10 at 50 % and 75 % of the budget.',
    spec: { kind: 'multiStep', lr: 0.1, milestones: [0.5, 0.75], gamma: 0.1, unit: 'budget' },
  },
  {
    id: 'linear',
    name: 'Linear to zero',
    source: 'Li, Yumer and Ramanan, arXiv 1905.04753',
    note: 'The most robust choice for a fixed budget in that paper.',
    spec: { kind: 'budgeted', lr: 0.1 },
  },
  {
    id: 'delayed-linear-50',
    name: 'Linear with delay 50 %',
    source: 'Chen, Wolfe and Kyrillidis, arXiv 2107.04197',
    note: 'Held for half the budget, then linear to zero.',
    spec: { kind: 'linear', lrStart: 0.1, delay: 0.5 },
  },
  {
    id: 'linear-50-75',
    name: 'Linear profile sampled at 50-75',
    source: 'Chen, Wolfe and Kyrillidis, arXiv 2107.04197',
    note: 'A step schedule as a sampled profile: the line is read at 50 % and 75 % of the budget.',
    spec: { kind: 'linear', lrStart: 0.1, update: { atFractions: [0.5, 0.75] } },
  },
  {
    id: 'cosine',
    name: 'Cosine',
    source: 'Loshchilov and Hutter, arXiv 1608.03983, without restarts',
    note: 'One half cosine over the budget.',
    spec: { kind: 'cosine', lrStart: 0.1 },
  },
  {
    id: 'warmup-cosine',
    name: 'Warm-up, then cosine',
    source: 'Goyal et al., arXiv 1706.02677, section 2.2, before a cosine',
    note: 'Five epochs up from a tenth of the rate.',
    spec: { kind: 'warmup', length: 5, startFactor: 0.1, schedule: { kind: 'cosine', lrStart: 0.1 } },
  },
  {
    id: 'exponential',
    name: 'Exponential',
    source: 'Chen, Wolfe and Kyrillidis, arXiv 2107.04197; their code',
    note: 'Falls by e⁻⁴ of the way over the budget.',
    spec: { kind: 'exponentialDecay', lrStart: 0.1, k: 4 },
  },
  {
    id: 'polynomial-0.9',
    name: 'Polynomial 0.9',
    source: 'Chen et al. (DeepLab), arXiv 1606.00915',
    note: 'The "poly" policy of semantic segmentation.',
    spec: { kind: 'polynomial', lrStart: 0.007, power: 0.9 },
  },
  {
    id: 'rex',
    name: 'REX',
    source: 'Chen, Wolfe and Kyrillidis, arXiv 2107.04197',
    note: 'The paper has β = 1/2.',
    spec: { kind: 'rex', lrStart: 0.1, beta: 0.5 },
  },
  {
    id: 'rex-popular',
    name: 'REX, popular code',
    source: 'IvanVassi/REX_LR',
    note: 'Its denominator ½ + ½(1 - 0.9 u) is β = 0.45.',
    spec: { kind: 'rex', lrStart: 0.1, beta: 0.45 },
  },
  {
    id: 'rex-survey',
    name: "REX, the survey's code",
    source: 'wolfecameron/LRSchedules',
    note: 'β = 0.9: the rate stays high for longer.',
    spec: { kind: 'rex', lrStart: 0.1, beta: 0.9 },
  },
  {
    id: 'clr-triangular',
    name: 'CLR, triangular',
    source: 'Smith, arXiv 1506.01186',
    note: 'Half a cycle of 4 epochs; 2 to 10 work.',
    spec: { kind: 'cyclical', lrMin: 0.001, lrMax: 0.006, stepUp: 4 },
  },
  {
    id: 'clr-triangular2',
    name: 'CLR, triangular2',
    source: 'Smith, arXiv 1506.01186',
    note: 'The height is halved after every cycle.',
    spec: { kind: 'cyclical', lrMin: 0.001, lrMax: 0.006, stepUp: 4, mode: 'triangular2' },
  },
  {
    id: 'clr-exp-range',
    name: 'CLR, exp_range',
    source: 'Smith, arXiv 1506.01186',
    note: 'The height shrinks by γ every step.',
    spec: {
      kind: 'cyclical',
      lrMin: 0.001,
      lrMax: 0.006,
      stepUp: 2000,
      mode: 'exp_range',
      gamma: 0.99994,
      unit: 'step',
    },
  },
  {
    id: 'sgdr-10-2',
    name: 'SGDR, T0 = 10, ×2',
    source: 'Loshchilov and Hutter, arXiv 1608.03983',
    note: 'Cycles end at epochs 10, 30, 70, 150.',
    spec: { kind: 'sgdr', lrMax: 0.05, t0: 10, tMult: 2 },
  },
  {
    id: 'sgdr-1-2',
    name: 'SGDR, T0 = 1, ×2',
    source: 'Loshchilov and Hutter, arXiv 1608.03983',
    note: 'Good models early: cycles end at epochs 1, 3, 7, 15, 31, 63, 127.',
    spec: { kind: 'sgdr', lrMax: 0.05, t0: 1, tMult: 2 },
  },
  {
    id: 'sgdr-50-1',
    name: 'SGDR, T0 = 50',
    source: 'Loshchilov and Hutter, arXiv 1608.03983',
    note: 'Equal cycles of 50 epochs.',
    spec: { kind: 'sgdr', lrMax: 0.05, t0: 50 },
  },
  {
    id: 'snapshot-6',
    name: 'Snapshot ensemble, M = 6',
    source: 'Huang et al., arXiv 1704.00109',
    note: 'Six equal cosine cycles in whatever the budget is; the paper uses 0.1 and 0.2.',
    spec: { kind: 'snapshot', lrMax: 0.2, cycles: 6 },
  },
  {
    id: 'one-cycle-paper',
    name: '1cycle, as in the paper',
    source: 'Smith and Topin, arXiv 1708.07120; momentum from arXiv 1803.09820',
    note: 'Three linear phases: 45 % up, 45 % down, 10 % far below.',
    spec: {
      kind: 'oneCycle',
      lrMax: 1,
      divFactor: 10,
      finalDivFactor: 1000,
      pctStart: 0.45,
      anneal: 'linear',
      phases: 3,
      momentum: towardsHigh,
    },
  },
  {
    id: 'one-cycle-fastai',
    name: '1cycle, as in fastai',
    source: 'fastai, fit_one_cycle',
    note: 'Two cosine phases, 25 % up; ends at lrMax / 100,000.',
    spec: {
      kind: 'oneCycle',
      lrMax: 0.1,
      divFactor: 25,
      finalDivFactor: 4000,
      pctStart: 0.25,
      momentum: towardsHigh,
    },
  },
  {
    id: 'one-cycle-pytorch',
    name: "1cycle, PyTorch's defaults",
    source: 'torch.optim.lr_scheduler.OneCycleLR',
    note: 'Two cosine phases, 30 % up.',
    spec: { kind: 'oneCycle', lrMax: 0.1, momentum: towardsHigh },
  },
  {
    id: 'fractal',
    name: 'Fractal',
    source: 'Agarwal, Goel and Zhang, arXiv 2103.01338',
    note: 'Chebyshev steps from 0.01 to 0.2 in fractal order; single steps may raise the loss by design.',
    spec: { kind: 'fractal', m: 0.05, M: 1, scale: 0.01 },
  },
  {
    id: 'demon',
    name: 'Demon',
    source: 'Chen, Wolfe, Li and Kyrillidis, arXiv 1910.04952',
    note: 'Constant rate; the momentum decays from 0.9 to 0.',
    spec: { kind: 'constant', lr: 0.1, momentum: { curve: 'demon', init: 0.9 } },
  },
  {
    id: 'plateau',
    name: 'Reduce on plateau',
    source: "torch.optim.lr_scheduler.ReduceLROnPlateau's defaults",
    note: 'Divided by 10 when the validation loss has not improved for more than 10 epochs.',
    spec: { kind: 'plateau', lr: 0.1 },
  },
  {
    id: 'noam',
    name: 'Noam (Transformer)',
    source: 'Vaswani et al., arXiv 1706.03762, equation 3',
    note: '4,000 steps up, then 1/√t; 0.0442 is d_model^-0.5 for 512.',
    spec: { kind: 'noam', lr: 512 ** -0.5, warmup: 4000, unit: 'step' },
  },
  {
    id: 'warmup-stable-decay',
    name: 'Warm-up, stable, decay',
    source: 'Hu et al. (MiniCPM), arXiv 2404.06395, with a linear end',
    note: '5 % up, 80 % held, 15 % down: a trapezoid.',
    spec: {
      kind: 'sequence',
      unit: 'budget',
      pieces: [
        { schedule: { kind: 'linear', lrStart: 0.001, lrEnd: 0.1 }, length: 0.05 },
        { schedule: { kind: 'constant', lr: 0.1 }, length: 0.8 },
        { schedule: { kind: 'linear', lrStart: 0.1 } },
      ],
    },
  },
  {
    id: 'range-test',
    name: 'Learning-rate range test',
    source: 'Smith, arXiv 1506.01186, section 3.3; fastai, lr_find',
    note: 'Rises from 1e-7 to 10 on a logarithmic line over the budget: watch where the loss falls and where it bursts.',
    spec: { kind: 'geometric', lrStart: 1e-7, lrEnd: 10, endpoint: 'inclusive' },
  },
]

export const presets: readonly Preset[] = table.map((preset) => ({
  ...preset,
  spec: parseSchedule(preset.spec),
}))

/** @throws UserError naming the presets there are */
export function findPreset(id: string): Preset {
  const preset = presets.find((candidate) => candidate.id === id)
  if (preset !== undefined) return preset
  throw new UserError(
    `While looking up a schedule preset: there is no preset ${show(id)}; choose one of ${presets.map((p) => p.id).join(', ')}.`,
  )
}
