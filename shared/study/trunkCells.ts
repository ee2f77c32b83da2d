import { rateText } from '../numberText.ts'
import type { RunSpec } from '../run/spec.ts'
import { checkDistinct, checkSeeds, maxCells, parseBase, plural } from './base.ts'
import { keyOf } from './cellKey.ts'
import { makeCell, shareText } from './makeCell.ts'
import type { PlannedCell, Planner } from './planner.ts'
import { refusal } from './refusal.ts'
import type { CooldownShape, TrunkStudySpec } from './spec.ts'

/*
 * One trunk for every budget (Hägele et al. 2024, arXiv 2405.18392, section 3): a run warms up and then stays at one rate; at
 * each budget less its cool-down it is branched, and the branch's rate falls to 0. A branch counts its steps from its own
 * start, and takes its batches from where the trunk's stood. The cosine runs beside it warm up for the same part of their own
 * budget, as if each had been planned alone.
 */

/** Steps, all of the whole run that a user would have trained: trunk to the branching, then the cool-down. */
export interface TrunkBudget {
  readonly share: number
  readonly steps: number
  readonly cooldown: number
  /** Where the cool-down begins: the trunk's steps that it needs. */
  readonly stable: number
}

export interface TrunkPlan {
  readonly base: RunSpec
  readonly warmup: number
  readonly budgets: readonly TrunkBudget[]
}

/** @throws UserError for budgets in which there is no room for warm-up, stable phase and cool-down */
async function trunkPlan(study: TrunkStudySpec, planner: Planner): Promise<TrunkPlan> {
  const base = parseBase(study.base, true)
  checkSeeds(study.seeds)
  checkDistinct('shapes', 'each shape must be there once', study.shapes)
  await planner.checkDataset(base.dataset, "the base's data set")
  const { totalSteps } = await planner.plan(base)
  const shares = study.budgets.toSorted((a, b) => a - b)
  const warmup = Math.round(study.warmup * (shares.at(-1) ?? 1) * totalSteps)
  const budgets = shares.map((share) => {
    const steps = Math.max(1, Math.round(share * totalSteps))
    const cooldown = Math.max(1, Math.round(study.cooldown * steps))
    return { share, steps, cooldown, stable: steps - cooldown }
  })
  checkRoom(budgets, warmup)
  checkCount(study)
  return { base, warmup, budgets }
}

/** The trunk of each seed, and the separate runs. */
export async function trunkCells(study: TrunkStudySpec, planner: Planner): Promise<PlannedCell[]> {
  const plan = await trunkPlan(study, planner)
  const trunk = trunkSpec(study, plan)
  const planned = await planner.plan(trunk)
  const longest = plan.budgets.at(-1)?.share ?? 1
  const trunks = study.seeds.map((seed) =>
    makeCell({
      role: 'trunk',
      values: {},
      settings: { schedule: `trunk at ${rateText(study.lr)}` },
      seed,
      budget: longest,
      stage: 0,
      spec: trunk,
      planned,
    }),
  )
  return study.separate ? [...trunks, ...(await separateCells(study, plan, planner))] : trunks
}

function trunkSpec(study: TrunkStudySpec, { base, warmup, budgets }: TrunkPlan): RunSpec {
  const stable = budgets.map((budget) => budget.stable)
  return {
    ...base,
    schedule: warm({ kind: 'constant', lr: study.lr }, warmup),
    budget: { steps: stable.at(-1) ?? 1 },
    snapshots: { at: 'steps', steps: stable },
  }
}

/** The last snapshot is what a budget comes to; those between are not asked for. */
const last = { at: 'last' } as const

async function separateCells(
  study: TrunkStudySpec,
  plan: TrunkPlan,
  planner: Planner,
): Promise<PlannedCell[]> {
  const cells: PlannedCell[] = []
  for (const { share, steps } of plan.budgets) {
    const spec: RunSpec = {
      ...plan.base,
      schedule: warm(
        {
          kind: 'cosine',
          lrStart: study.lr,
          lrEnd: 0,
          delay: 0,
          endpoint: 'exclusive',
          unit: 'epoch',
          update: 'step',
          afterEnd: 'hold',
        },
        Math.round(study.warmup * steps),
      ),
      budget: { steps },
      snapshots: last,
    }
    const planned = await planner.plan(spec)
    const settings = { schedule: 'cosine, trained separately' }
    for (const seed of study.seeds) {
      cells.push(
        makeCell({ role: 'separate', values: {}, settings, seed, budget: share, stage: 0, spec, planned }),
      )
    }
  }
  return cells
}

/** The cool-downs that branch from a trunk, each with the step at which it does. */
export async function cooldownCells(
  study: TrunkStudySpec,
  seed: number,
  planner: Planner,
): Promise<PlannedCell[]> {
  const plan = await trunkPlan(study, planner)
  const longest = plan.budgets.at(-1)?.share ?? 1
  const trunk = keyOf({ role: 'trunk', values: {}, seed, budget: longest })
  const cells: PlannedCell[] = []
  for (const shape of study.shapes) {
    for (const { share, cooldown, stable } of plan.budgets) {
      const spec = cooldownSpec(study, plan.base, cooldown, shape)
      cells.push(
        makeCell({
          role: 'cooldown',
          values: {},
          shape,
          settings: { schedule: `trunk, ${shape} cool-down` },
          seed,
          budget: share,
          stage: 1,
          after: { key: trunk, stepsDone: stable },
          spec,
          planned: await planner.plan(spec),
        }),
      )
    }
  }
  return cells
}

/** From the stable rate to 0: the trapezoid's cool-down, without what comes before it. */
function cooldownSpec({ lr }: TrunkStudySpec, base: RunSpec, steps: number, shape: CooldownShape): RunSpec {
  return {
    ...base,
    schedule: {
      kind: 'trapezoid',
      lr,
      lrStart: 0,
      lrEnd: 0,
      warmup: 0,
      cooldown: steps,
      shape,
      endpoint: 'exclusive',
      unit: 'step',
      update: 'step',
    },
    budget: { steps },
    snapshots: last,
  }
}

/** Behind a rise in which neither the first step nor the last is wasted. */
function warm(schedule: RunSpec['schedule'], length: number): RunSpec['schedule'] {
  if (length === 0) return schedule
  return { kind: 'warmup', length, form: 'oneBased', startFactor: 0, schedule, unit: 'step', update: 'step' }
}

function checkRoom(budgets: readonly TrunkBudget[], warmup: number): void {
  for (const [i, { share, steps, stable }] of budgets.entries()) {
    const before = budgets[i - 1]
    if (before !== undefined && before.stable >= stable) {
      throw refusal(
        'budgets',
        `the cool-downs of ${shareText(before.share)} and ${shareText(share)} begin at the same step, ${stable}`,
        share,
        'leave one out, or make the whole budget larger',
      )
    }
    if (stable >= 1 && warmup <= stable) continue
    throw refusal(
      `a budget of ${shareText(share)}`,
      `its ${plural(steps, 'step')} must hold the warm-up of ${plural(warmup, 'step')} and the cool-down of ${plural(steps - stable, 'step')}`,
      share,
      'leave it out, shorten warm-up or cool-down, or make the whole budget larger',
    )
  }
}

function checkCount({ seeds, budgets, shapes, separate }: TrunkStudySpec): void {
  const each = 1 + budgets.length * (shapes.length + (separate ? 1 : 0))
  if (seeds.length * each <= maxCells) return
  throw refusal('seeds', `a study has at most ${maxCells} runs`, seeds.length * each, 'take fewer')
}
