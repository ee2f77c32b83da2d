/*
 * What PyTorch 2.6's schedulers do to an optimizer, step by step (torch/optim/lr_scheduler.py): most change the rate that
 * they find, so that it depends on what else has changed it, and on the order in which they were made. The schedule that a
 * text becomes is held against these.
 */

/** What a scheduler may change of an optimizer; its groups of parameters share one. */
export interface ScheduledGroup {
  /** NaN: the text does not say, and nobody told. */
  lr: number
  /** What the first scheduler found, unless another wrote it. */
  initialLr?: number
  /** SGD's momentum or Adam's beta1; undefined where nobody told. */
  momentum: number | undefined
  /** Whether a scheduler writes the momentum. */
  movesMomentum: boolean
}

/** A scheduler over a group. */
export interface Scheduler {
  readonly group: ScheduledGroup
  readonly made: Made
  /** The rate it counts from. */
  readonly baseLr: number
  /** One tick. */
  step(): void
  /** Begins anew where a SequentialLR comes to it; undefined where PyTorch stops with an error there. */
  readonly restart: (() => void) | undefined
  /** The step that making it takes. */
  begin(): void
  /** Takes back the tick of `begin`, not the rate. */
  undo(): void
}

/** How a scheduler was made, by PyTorch's names of the parameters. */
export interface Made {
  readonly name: string
  readonly numbers: Readonly<Record<string, number>>
  readonly options: Readonly<Record<string, string | boolean>>
  readonly milestones: readonly number[]
  readonly inner: readonly Scheduler[]
  /** The formula of a lambda of the variable x; undefined where it has none. */
  readonly formula?: string | undefined
  /** The factor of a lambda at a tick. */
  readonly factor?: (tick: number) => number
}

export interface State {
  readonly group: ScheduledGroup
  readonly base: number
  /** PyTorch's last_epoch. */
  tick: number
  /** PyTorch's _step_count. */
  calls: number
}

/** How a scheduler changes the rate. */
export interface Rule {
  /** The rate at the state's tick, from the rate of the tick before in the group. */
  next(state: State): number
  /** The rate at a tick whatever came before. */
  closed?(state: State): number
}

/** @param lastEpoch the tick before the first, -1 for a fresh start */
export function makeScheduler(
  group: ScheduledGroup,
  made: Made,
  rule: Rule,
  { lastEpoch = -1, base }: { lastEpoch?: number; base?: number } = {},
): Scheduler {
  group.initialLr ??= group.lr
  const found = group.initialLr
  const state = { group, base: found, tick: lastEpoch, calls: 0 }
  const scheduler: Scheduler = {
    group,
    made,
    get baseLr() {
      return state.base
    },
    step() {
      state.calls += 1
      state.tick += 1
      group.lr = rule.next(state)
    },
    restart() {
      state.calls += 1
      state.tick = 0
      group.lr = (rule.closed ?? rule.next)(state)
    },
    begin() {
      state.calls = 0
      scheduler.step()
    },
    undo() {
      state.tick -= 1
    },
  }
  scheduler.begin()
  // CyclicLR takes its own base only after its first step.
  if (base !== undefined) state.base = base
  return scheduler
}

/** SequentialLR. */
export function makeSequential(
  group: ScheduledGroup,
  made: Made,
  { inner, milestones }: { inner: readonly Scheduler[]; milestones: readonly number[] },
): Scheduler {
  let tick = 0
  const step = (): void => {
    tick += 1
    // bisect_right, for which the milestones need not be sorted.
    const index = bisectRight(milestones, tick)
    const scheduler = inner[index]
    const begins = index > 0 && milestones[index - 1] === tick
    if (!begins) scheduler?.step()
    else if (scheduler?.restart !== undefined) scheduler.restart()
    else throw new Unstartable()
  }
  const scheduler: Scheduler = {
    group,
    made,
    baseLr: group.initialLr ?? group.lr,
    step,
    restart: undefined,
    begin: step,
    undo() {
      for (const one of inner) one.undo()
    },
  }
  group.lr = group.initialLr ?? group.lr
  scheduler.undo()
  inner[0]?.begin()
  return scheduler
}

/** A SequentialLR that comes to a scheduler which cannot begin anew. */
export class Unstartable extends Error {
  override readonly name = 'Unstartable'
  constructor() {
    super('a part of a SequentialLR that is made of others cannot begin anew')
  }
}

function bisectRight(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (value < (sorted[middle] ?? 0)) high = middle
    else low = middle + 1
  }
  return low
}

/** ChainedScheduler. */
export function makeChained(group: ScheduledGroup, made: Made, inner: readonly Scheduler[]): Scheduler {
  const step = (): void => {
    for (const one of inner) one.step()
  }
  return {
    group,
    made,
    baseLr: inner[0]?.baseLr ?? group.lr,
    step,
    restart: undefined,
    begin: step,
    undo() {
      for (const one of inner) one.undo()
    },
  }
}

/** CosineAnnealingWarmRestarts, which keeps a clock of its own. */
export function makeWarmRestarts(
  group: ScheduledGroup,
  made: Made,
  {
    first,
    multiplier,
    least,
    lastEpoch,
  }: { first: number; multiplier: number; least: number; lastEpoch: number },
): Scheduler {
  group.initialLr ??= group.lr
  const base = group.initialLr
  const state = { since: lastEpoch, length: first, tick: lastEpoch }
  const apply = (): void => {
    group.lr = least + ((base - least) * (1 + Math.cos((Math.PI * state.since) / state.length))) / 2
  }
  const restart = (): void => {
    Object.assign(state, { since: 0, length: first, tick: 0 })
    apply()
  }
  const step = (): void => {
    if (state.tick < 0) {
      restart()
      return
    }
    state.tick += 1
    state.since += 1
    if (state.since >= state.length) {
      state.since -= state.length
      state.length *= multiplier
    }
    apply()
  }
  const scheduler: Scheduler = {
    group,
    made,
    baseLr: base,
    step,
    restart,
    begin: step,
    undo() {
      state.tick -= 1
    },
  }
  scheduler.begin()
  return scheduler
}
