import type { Made, Scheduler } from './schedulers.ts'

/*
 * A scheduler as a schedule of Anneal, where one says the same. What is written here is only tried: fromPyTorch.ts holds
 * every rate of it against the scheduler's own.
 */

/** How often a scheduler is stepped: the unit of its lengths, and the moments at which its rate moves. */
export type Interval = 'step' | 'epoch'

type Write = (made: Made, base: number, interval: Interval) => object | undefined

const timed = (interval: Interval) => ({ unit: interval, update: interval })

const writers: Readonly<Record<string, Write>> = {
  LambdaLR: ({ formula }, b, interval) =>
    formula === undefined ? undefined : factorSpec(formula, b, interval),
  MultiplicativeLR: ({ formula }, lr, interval) =>
    isNumber(formula) ? { kind: 'exponential', lr, gamma: Number(formula), ...timed(interval) } : undefined,
  StepLR: ({ numbers: n }, lr, interval) => ({
    kind: 'step',
    lr,
    stepSize: n.step_size,
    gamma: n.gamma,
    ...timed(interval),
  }),
  MultiStepLR: ({ numbers: n, milestones }, lr, interval) => ({
    kind: 'multiStep',
    lr,
    milestones: [...milestones].sort((one, other) => one - other),
    gamma: n.gamma,
    ...timed(interval),
  }),
  ConstantLR({ numbers: n }, b, interval) {
    const low = b * (n.factor ?? 1)
    // Over no ticks PyTorch applies the factor and never takes it back.
    if (n.total_iters === 0 || n.factor === 1) return { kind: 'constant', lr: low }
    return { kind: 'piecewise', values: [low, b], boundaries: [n.total_iters], ...timed(interval) }
  },
  LinearLR({ numbers: n }, b, interval) {
    const from = b * (n.start_factor ?? 1)
    if (n.total_iters === 0) return { kind: 'constant', lr: from }
    const to = b * (n.end_factor ?? 1)
    return { kind: 'linear', lrStart: from, lrEnd: to, length: n.total_iters, ...timed(interval) }
  },
  ExponentialLR: ({ numbers: n }, lr, interval) => ({
    kind: 'exponential',
    lr,
    gamma: n.gamma,
    ...timed(interval),
  }),
  PolynomialLR({ numbers: n }, b, interval) {
    if (n.total_iters === 0) return { kind: 'constant', lr: b }
    return { kind: 'polynomial', lrStart: b, power: n.power, length: n.total_iters, ...timed(interval) }
  },
  CosineAnnealingLR: ({ numbers: n }, b, interval) => cosine(b, n.eta_min ?? 0, n.T_max ?? 1, interval),
  CosineAnnealingWarmRestarts: ({ numbers: n }, b, interval) => ({
    kind: 'sgdr',
    lrMax: b,
    lrMin: n.eta_min,
    t0: n.T_0,
    tMult: n.T_mult,
    ...timed(interval),
  }),
  CyclicLR: (made, _, interval) => cyclic(made, interval),
  OneCycleLR: (made, _, interval) => oneCycle(made, interval),
  SWALR: (made, _, interval) => swa(made, interval),
  ReduceLROnPlateau: (made, b) => plateau(made, b),
  SequentialLR: (made, b, interval) => sequence(made, b, interval, 0),
  ChainedScheduler: chain,
}

/** The input of a spec; undefined where no kind says it. */
export const specOf = ({ made, baseLr }: Scheduler, interval: Interval): object | undefined =>
  writers[made.name]?.(made, baseLr, interval)

const isNumber = (formula: string | undefined): formula is string =>
  formula !== undefined && Number.isFinite(Number(formula))

function factorSpec(formula: string, base: number, interval: Interval): object {
  if (isNumber(formula)) return { kind: 'constant', lr: base * Number(formula) }
  return { kind: 'formula', expression: `base * (${formula})`, base, ...timed(interval) }
}

function cosine(lrStart: number, lrEnd: number, length: number, interval: Interval): object {
  return { kind: 'cosine', lrStart, lrEnd, length, afterEnd: 'mirror', ...timed(interval) }
}

const momentumOf = ({ low, high }: Readonly<Record<string, number>>): object =>
  low === undefined || high === undefined ? {} : { momentum: { curve: 'inverse', low, high } }

function cyclic({ numbers: n, options, formula }: Made, interval: Interval): object | undefined {
  if (options.mode !== 'own') {
    return {
      kind: 'cyclical',
      lrMin: n.base_lr,
      lrMax: n.max_lr,
      stepUp: n.up,
      stepDown: n.down,
      mode: options.mode,
      gamma: n.gamma,
      ...timed(interval),
      ...momentumOf(n),
    }
  }
  if (formula === undefined) return undefined
  const { up = 1, down = 0, base_lr: low = 0, max_lr: high = 0 } = n
  const total = up + down
  const ratio = up / total
  const part = `(x / ${total} - floor(x / ${total}))`
  const fall = down === 0 ? '0' : `(${part} - 1) / (${ratio} - 1)`
  const cycle = options.byCycle === true ? `floor(1 + x / ${total})` : 'x'
  const scale = formula.replace(/\bx\b/g, `(${cycle})`)
  const expression = `${low} + base * (${part} <= ${ratio} ? ${part} / ${ratio} : ${fall}) * (${scale})`
  return { kind: 'formula', expression, base: high - low, ...timed(interval) }
}

/** The family stretches over its budget: a part of a fixed length gives it one. */
function oneCycle({ numbers: n, options }: Made, interval: Interval): object {
  const schedule = {
    kind: 'oneCycle',
    lrMax: n.max_lr,
    divFactor: n.divided,
    finalDivFactor: n.last,
    pctStart: n.peakAt,
    anneal: options.linear === true ? 'linear' : 'cosine',
    phases: options.threePhase === true ? 3 : 2,
    update: interval,
    ...momentumOf(n),
  }
  return { kind: 'sequence', unit: interval, pieces: [{ schedule, length: n.total }] }
}

function swa({ numbers: n, options }: Made, interval: Interval): object {
  const { swa_lr: lrEnd = 0, anneal_epochs: length = 0, from: lrStart = 0 } = n
  if (length === 0) return { kind: 'constant', lr: lrEnd }
  const kind = options.strategy === 'linear' ? 'linear' : 'cosine'
  return { kind, lrStart, lrEnd, length, ...timed(interval) }
}

function plateau({ numbers: n, options }: Made, lr: number): object {
  return {
    kind: 'plateau',
    lr,
    mode: options.mode,
    metric: options.mode === 'max' ? 'validationAccuracy' : 'validationLoss',
    factor: n.factor,
    patience: n.patience,
    threshold: n.threshold,
    thresholdMode: options.thresholdMode,
    cooldown: n.cooldown,
    minLr: n.min_lr,
    eps: n.eps,
  }
}

/** @param early by how many ticks its clock is ahead, as that of one inside of another is */
function sequence(made: Made, b: number, interval: Interval, early: number): object | undefined {
  const ends = made.milestones.map((milestone) => milestone - early)
  if (ends.some((end, i) => end <= (ends[i - 1] ?? 0))) return undefined
  const pieces: object[] = []
  for (const [i, inner] of made.inner.entries()) {
    const schedule = pieceOf(inner, i, b, interval, early)
    if (schedule === undefined) return undefined
    const end = ends[i]
    pieces.push({ schedule, ...(end !== undefined && { length: end - (ends[i - 1] ?? 0) }) })
  }
  return { kind: 'sequence', unit: interval, pieces }
}

/** From the second on a scheduler begins with its closed form, which for a constant over no ticks is the base rate. */
function pieceOf(
  inner: Scheduler,
  index: number,
  b: number,
  interval: Interval,
  early: number,
): object | undefined {
  const { name, numbers } = inner.made
  if (index > 0 && name === 'ConstantLR' && numbers.total_iters === 0) return { kind: 'constant', lr: b }
  if (name === 'SequentialLR') return sequence(inner.made, inner.baseLr, interval, early + 1)
  // The first goes on from what the optimizer was set back to, which a 1cycle made after it has changed.
  const setBack = index === 0 && !['LambdaLR', 'CosineAnnealingWarmRestarts', 'OneCycleLR'].includes(name)
  return setBack ? writers[name]?.(inner.made, b, interval) : specOf(inner, interval)
}

/** A plain product where that is exact, else PyTorch's recursion; the factors are around 1. */
function chain({ inner }: Made, lr: number, interval: Interval): object | undefined {
  if (!(lr > 0)) return undefined
  const names = inner.map(({ made }) => made.name)
  const isProduct = names.every((name) => name !== 'LambdaLR' && name !== 'CosineAnnealingLR')
  const factors: object[] = []
  for (const { made } of inner) {
    const factor = factorOf(made, lr, interval)
    if (factor === undefined) return undefined
    factors.push(factor)
  }
  const combine = isProduct ? 'product' : 'recursive'
  return { kind: 'chain', lr, factors, combine, tick: interval, negative: 'keep' }
}

function factorOf(made: Made, lr: number, interval: Interval): object | undefined {
  if (made.name === 'CosineAnnealingLR') {
    return cosine(1, (made.numbers.eta_min ?? 0) / lr, made.numbers.T_max ?? 1, interval)
  }
  if (made.name !== 'LambdaLR') return writers[made.name]?.(made, 1, interval)
  // In a chain a lambda replaces the rate, as only a formula does here.
  const { formula } = made
  if (formula === undefined) return undefined
  return { kind: 'formula', expression: `base * (${formula})`, base: 1, ...timed(interval) }
}
