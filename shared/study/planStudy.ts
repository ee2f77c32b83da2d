import { budgetCells } from './budgetCells.ts'
import type { LeftOut } from './cell.ts'
import type { StudyHost } from './host.ts'
import { createPlanner, type PlannedCell, type Planner } from './planner.ts'
import { parseStudySpec, type StudySpec } from './spec.ts'
import { keptOf } from './stages.ts'
import { rungsOf, sweepCells } from './sweepCells.ts'
import { toldApart } from './toldApart.ts'
import { cooldownCells, trunkCells } from './trunkCells.ts'

/** A study before anything of it is stored. */
export interface PlannedStudy {
  /** As it was written, with its defaults. */
  readonly spec: StudySpec
  /** The cells of the first stage. */
  readonly cells: readonly PlannedCell[]
  readonly leftOut: readonly LeftOut[]
  /** Runs and steps of all stages, at most: which settings go on, only their scores can tell. */
  readonly runs: number
  readonly steps: number
  /** Snapshots that all stages will store, at most. */
  readonly snapshots: number
}

/** @throws UserError in one sentence that names what breaks a rule, the rule and the value */
export async function planStudy(input: unknown, host: StudyHost): Promise<PlannedStudy> {
  const spec = parseStudySpec(input)
  const planner = createPlanner(host)
  if (spec.kind === 'sweep') return planSweep(spec, host, planner)
  const cells = await (spec.kind === 'budget' ? budgetCells(spec, planner) : trunkCells(spec, planner))
  const later = spec.kind === 'budget' ? tunedLater(spec, cells) : await trunkLater(spec, planner)
  return { spec, cells: toldApart(cells), leftOut: [], ...total(cells, later) }
}

interface Later {
  readonly runs: number
  readonly steps: number
  readonly snapshots: number
}

function total(cells: readonly PlannedCell[], later: Later): Later {
  const sum = (of: (cell: PlannedCell) => number): number => cells.reduce((all, cell) => all + of(cell), 0)
  return {
    runs: cells.length + later.runs,
    steps: sum(({ totalSteps }) => totalSteps) + later.steps,
    snapshots: sum(({ snapshots }) => snapshots) + later.snapshots,
  }
}

async function planSweep(
  spec: Extract<StudySpec, { kind: 'sweep' }>,
  host: StudyHost,
  planner: Planner,
): Promise<PlannedStudy> {
  const { axes, cells, leftOut, fullSteps, seeds } = await sweepCells(spec, host, planner)
  const longest = fullSteps.toSorted((a, b) => b - a)
  const most = Math.max(...cells.map(({ snapshots }) => snapshots))
  let settings = fullSteps.length
  const later = { runs: 0, steps: 0, snapshots: 0 }
  for (const rung of rungsOf(spec).slice(1)) {
    settings = keptOf(settings, spec.halving?.keep ?? 1)
    later.runs += settings * seeds.length
    later.steps += longest
      .slice(0, settings)
      .reduce((sum, steps) => sum + seeds.length * Math.max(1, Math.round(rung * steps)), 0)
    later.snapshots += settings * seeds.length * most
  }
  return { spec: { ...spec, axes }, cells: toldApart(cells), leftOut, ...total(cells, later) }
}

/** After its tuning each question is asked with every seed, over as many steps as one of its tuning cells had. */
function tunedLater(spec: Extract<StudySpec, { kind: 'budget' }>, cells: readonly PlannedCell[]): Later {
  if (spec.rates.mode === 'fixed') return { runs: 0, steps: 0, snapshots: 0 }
  const times = spec.seeds.length / spec.rates.factors.length
  const { runs, steps, snapshots } = total(cells, { runs: 0, steps: 0, snapshots: 0 })
  return {
    runs: Math.round(runs * times),
    steps: Math.round(steps * times),
    snapshots: Math.round(snapshots * times),
  }
}

async function trunkLater(spec: Extract<StudySpec, { kind: 'trunk' }>, planner: Planner): Promise<Later> {
  const [seed = 1] = spec.seeds
  const own = await cooldownCells(spec, seed, planner)
  const { runs, steps, snapshots } = total(own, { runs: 0, steps: 0, snapshots: 0 })
  const times = spec.seeds.length
  return { runs: runs * times, steps: steps * times, snapshots: snapshots * times }
}
