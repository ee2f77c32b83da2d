import type { Rule, State } from './schedulers.ts'

/* The schedulers' recursions (get_lr) and, where they have them, closed forms (_get_closed_form_lr) of PyTorch 2.6. */

export const lambdaRule = (factor: (tick: number) => number): Rule => ({
  next: ({ base, tick }) => base * factor(tick),
})

export const multiplicativeRule = (factor: (tick: number) => number): Rule => ({
  next: ({ group, tick }) => (tick > 0 ? group.lr * factor(tick) : group.lr),
})

export const stepRule = (size: number, gamma: number): Rule => ({
  next: ({ group, tick }) => (tick === 0 || tick % size !== 0 ? group.lr : group.lr * gamma),
  closed: ({ base, tick }) => base * gamma ** Math.floor(tick / size),
})

export const multiStepRule = (milestones: readonly number[], gamma: number): Rule => ({
  next: ({ group, tick }) => group.lr * gamma ** milestones.filter((one) => one === tick).length,
  closed: ({ base, tick }) => base * gamma ** milestones.filter((one) => one <= tick).length,
})

export const constantRule = (factor: number, total: number): Rule => ({
  next({ group, tick }) {
    if (tick === 0) return group.lr * factor
    if (tick !== total) return group.lr
    return factor === 0 ? Number.NaN : group.lr * (1 / factor)
  },
  closed: ({ base, tick }) => base * (factor + (tick >= total ? 1 : 0) * (1 - factor)),
})

export const linearRule = (start: number, end: number, total: number): Rule => ({
  next({ group, tick }) {
    if (tick === 0) return group.lr * start
    if (tick > total) return group.lr
    return group.lr * (1 + (end - start) / (total * start + (tick - 1) * (end - start)))
  },
  closed: ({ base, tick }) =>
    total === 0 ? Number.NaN : base * (start + ((end - start) * Math.min(total, tick)) / total),
})

export const exponentialRule = (gamma: number): Rule => ({
  next: ({ group, tick }) => (tick === 0 ? group.lr : group.lr * gamma),
  closed: ({ base, tick }) => base * gamma ** tick,
})

export const polynomialRule = (total: number, power: number): Rule => ({
  next({ group, tick }) {
    if (tick === 0 || tick > total) return group.lr
    return group.lr * ((1 - tick / total) / (1 - (tick - 1) / total)) ** power
  },
  closed: ({ base, tick }) =>
    total === 0 ? Number.NaN : base * (1 - Math.min(total, tick) / total) ** power,
})

export const cosineRule = (period: number, least: number): Rule => {
  const wave = (tick: number): number => 1 + Math.cos((Math.PI * tick) / period)
  const closed = ({ base, tick }: State): number => least + ((base - least) * wave(tick)) / 2
  return {
    closed,
    next(state) {
      const { group, base, tick, calls } = state
      if (tick === 0) return group.lr
      if (calls === 1 && tick > 0) return closed(state)
      if ((tick - 1 - period) % (2 * period) === 0) {
        return group.lr + ((base - least) * (1 - Math.cos(Math.PI / period))) / 2
      }
      return (wave(tick) / wave(tick - 1)) * (group.lr - least) + least
    },
  }
}

export interface Cyclic {
  readonly maxLr: number
  readonly up: number
  readonly down: number
  readonly byCycle: boolean
  scale(at: number): number
  readonly momentum: readonly [least: number, most: number] | undefined
}

export const cyclicRule = ({ maxLr, up, down, byCycle, scale, momentum }: Cyclic): Rule => ({
  next({ group, base, tick }) {
    const total = up + down
    const ratio = up / total
    const cycle = Math.floor(1 + tick / total)
    const x = 1 + tick / total - cycle
    const height = (x <= ratio ? x / ratio : (x - 1) / (ratio - 1)) * scale(byCycle ? cycle : tick)
    if (momentum !== undefined) {
      const [least, most] = momentum
      group.momentum = most - (most - least) * height
      group.movesMomentum = true
    }
    return base + (maxLr - base) * height
  },
})

export interface OneCycle {
  readonly total: number
  readonly peakAt: number
  readonly linear: boolean
  readonly threePhase: boolean
  /** initial, highest and lowest */
  readonly rates: readonly [initial: number, most: number, least: number]
  readonly momentum: readonly [least: number, most: number] | undefined
}

/** NaN past the last step, where PyTorch stops with an error, and in a phase of no length. */
export function oneCycleRule({ total, peakAt, linear, threePhase, rates, momentum }: OneCycle): Rule {
  const [initial, most, least] = rates
  const [low, high] = momentum ?? [0, 0]
  const rise = { end: peakAt * total - 1, lr: [initial, most], momentum: [high, low] } as const
  const phases = threePhase
    ? [
        rise,
        { end: 2 * peakAt * total - 2, lr: [most, initial], momentum: [low, high] } as const,
        { end: total - 1, lr: [initial, least], momentum: [high, high] } as const,
      ]
    : [rise, { end: total - 1, lr: [most, least], momentum: [low, high] } as const]
  const blend = ([from, to]: readonly [number, number], part: number): number =>
    linear ? (to - from) * part + from : to + ((from - to) / 2) * (Math.cos(Math.PI * part) + 1)
  return {
    next({ group, tick }) {
      if (tick > total) return Number.NaN
      const found = phases.findIndex(({ end }) => tick <= end)
      const index = found < 0 ? phases.length - 1 : found
      const phase = phases[index] ?? rise
      const start = phases[index - 1]?.end ?? 0
      if (phase.end === start) return Number.NaN
      const part = (tick - start) / (phase.end - start)
      if (momentum !== undefined) {
        group.momentum = blend(phase.momentum, part)
        group.movesMomentum = true
      }
      return blend(phase.lr, part)
    },
  }
}

/** SWALR: from the rate it finds to its own. */
export function swaRule(swaLr: number, length: number, linear: boolean): Rule {
  const part = (calls: number): number => {
    const t = Math.max(0, Math.min(1, calls / Math.max(1, length)))
    return linear ? t : (1 - Math.cos(Math.PI * t)) / 2
  }
  return {
    next({ group, calls }) {
      const step = length === 0 ? Math.max(1, calls - 1) : calls - 1
      const before = part(step - 1)
      const from = before === 1 ? swaLr : (group.lr - before * swaLr) / (1 - before)
      const now = part(step)
      return swaLr * now + from * (1 - now)
    },
  }
}
