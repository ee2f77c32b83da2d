import { isDeepStrictEqual } from 'node:util'
import type { WeightLine, WeightLinePoint } from '../../shared/api/ensembles.ts'
import { type Height, heightAbove, isBump, leastBump } from '../../shared/ensemble/bump.ts'
import { UserError } from '../../shared/errors.ts'
import { type LineTold, lineTold } from '../../shared/run/line.ts'
import type { Catalogue } from '../datasets/index.ts'
import { type Devices, ranOn } from '../devices/index.ts'
import { jobParts } from '../process/jobParts.ts'
import type { Store } from '../store/types.ts'
import { refuseOtherSplits } from './sameSplit.ts'

/** λ from 0 to 1 in twentieths: the ends first, since heights are measured against them; then the middle outwards. */
const places = [
  0,
  1,
  ...Array.from({ length: 19 }, (_, k) => (k + 1) / 20).sort(
    (a, b) => Math.abs(a - 0.5) - Math.abs(b - 0.5) || a - b,
  ),
]

/** Lines measured last that are remembered; snapshots never change. */
const linesKept = 32

export type MeasureLine = (
  from: number,
  to: number,
  signal?: AbortSignal,
) => AsyncGenerator<WeightLine, void, undefined>

/** Measures the line between two snapshots, in a process of its own; each step has all that is known so far. */
export function createLines({ read }: Store, catalogue: Catalogue, devices: Devices): MeasureLine {
  const known = new Map<string, WeightLine>()
  return async function* (from, to, signal) {
    const key = `${from} ${to}`
    const kept = known.get(key)
    if (kept !== undefined) return yield kept
    const [a, b] = [read.snapshot(from), read.snapshot(to)]
    const runs = [read.run(a.runId), read.run(b.runId)] as const
    refuseOtherLines(from, to, runs)
    const [run] = runs
    const { folder } = await catalogue.resolve(run.datasetId)
    const choice = await devices.choose({ wanted: run.spec.device, ranOn: ranOn(run) })
    const request = {
      spec: run.spec,
      datasetFolder: folder,
      devices: choice.type === 'advice' ? choice.advice : { known: {} },
      stepsPerEpoch: run.planned.plan.stepsPerEpoch,
      from: [...read.snapshotModel(from).tensors].filter(({ role }) => role === 'weight'),
      to: [...read.snapshotModel(to).tensors].filter(({ role }) => role === 'weight'),
      at: places,
    }
    const told: LineTold[] = []
    for await (const each of jobParts('line', request, lineTold, { ...(signal && { signal }) })) {
      told.push(each)
      yield lineOf(from, to, told)
    }
    known.set(key, lineOf(from, to, told))
    const [oldest = key] = known.keys()
    if (known.size > linesKept) known.delete(oldest)
  }
}

/** @throws UserError where the two are not models of one network on the same data and split */
function refuseOtherLines(
  from: number,
  to: number,
  runs: readonly [ReturnType<Store['read']['run']>, ReturnType<Store['read']['run']>],
): void {
  const doing = 'measuring the line between two snapshots'
  if (from === to)
    throw new UserError(`While ${doing}: they must be two (received ${from} twice); choose another one.`)
  const stray = runs.find(({ kind }) => kind === 'elsewhere')
  if (stray !== undefined)
    throw new UserError(
      `While ${doing}: run ${stray.id} was trained by another program, and its weights are not in the lab; choose runs that were trained here.`,
    )
  refuseOtherSplits(doing, runs)
  const [a, b] = runs
  if (!isDeepStrictEqual(a.spec.model, b.spec.model))
    throw new UserError(
      `While ${doing}: run ${b.id} has another network than run ${a.id}; choose snapshots of one network.`,
    )
}

const mean = (losses: Float64Array): number => losses.reduce((a, b) => a + b, 0) / losses.length

/** The ends are shown as they were stored; heights are taken above ends whose statistics were measured like the others'. */
function lineOf(from: number, to: number, told: readonly LineTold[]): WeightLine {
  const baseOf = (end: number) =>
    told.find(({ at, recomputed }) => at === end && recomputed) ?? told.find(({ at }) => at === end)
  const [first, last] = [baseOf(0), baseOf(1)]
  const heightAt = ({ at, losses }: LineTold): Height | null =>
    first === undefined || last === undefined || at === 0 || at === 1
      ? null
      : heightAbove(losses, [
          { weight: 1 - at, losses: first.losses },
          { weight: at, losses: last.losses },
        ])
  const shown = told.filter(({ at, recomputed }) => !recomputed || (at !== 0 && at !== 1))
  const points: WeightLinePoint[] = shown
    .map((each) => {
      const height = heightAt(each)
      return {
        at: each.at,
        loss: mean(each.losses),
        accuracy: each.accuracy,
        ...(height ?? { height: null, standardError: null }),
      }
    })
    .toSorted((x, y) => x.at - y.at)
  const inner = shown.flatMap((each) => {
    const height = heightAt(each)
    return height === null ? [] : [{ at: each.at, ...height }]
  })
  const bumps = inner.filter(isBump)
  const top = (bumps.length > 0 ? bumps : inner).reduce<(typeof inner)[number] | undefined>(
    (best, each) => (best === undefined || !(each.height <= best.height) ? each : best),
    undefined,
  )
  return {
    from,
    to,
    points,
    places: places.length,
    isDone: points.length === places.length,
    examples: first?.losses.length ?? 0,
    top: top === undefined ? null : { ...top, leastBump: leastBump(top), isBump: isBump(top) },
  }
}
