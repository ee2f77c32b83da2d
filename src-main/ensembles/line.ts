import type { WeightLine, WeightLinePoint } from '../../shared/api/ensembles.ts'
import { heightAbove } from '../../shared/ensemble/bump.ts'
import type { LineTold } from '../../shared/run/line.ts'
import { LastKept } from './lastKept.ts'
import type { MixtureLosses } from './mixtureLosses.ts'
import { isEnd, placesOf, topOf } from './places.ts'

const places = placesOf(20)

export type MeasureLine = (
  from: number,
  to: number,
  signal?: AbortSignal,
) => AsyncGenerator<WeightLine, void, undefined>

/** Measures the line between two snapshots; each step has all that is known so far. */
export function createLines(mixtureLosses: MixtureLosses): MeasureLine {
  const known = new LastKept<WeightLine>(32)
  return async function* (from, to, signal) {
    const key = `${from} ${to}`
    const kept = known.get(key)
    if (kept !== undefined) return yield kept
    const asked = {
      doing: 'measuring the line between two snapshots',
      snapshotIds: [from, to],
      mixtures: places.map((at) => [1 - at, at]),
    }
    const told: LineTold[] = []
    for await (const each of mixtureLosses(asked, signal)) {
      told.push(each)
      yield lineOf(from, to, told)
    }
    known.keep(key, lineOf(from, to, told))
  }
}

const mean = (losses: Float64Array): number => losses.reduce((a, b) => a + b, 0) / losses.length

/** The ends are shown as they were stored; heights are taken above ends whose statistics were measured like the others'. */
function lineOf(from: number, to: number, told: readonly LineTold[]): WeightLine {
  const located = told.map((each) => ({ ...each, at: places[each.mixture] ?? Number.NaN }))
  const baseOf = (end: number) =>
    located.find(({ at, recomputed }) => at === end && recomputed) ?? located.find(({ at }) => at === end)
  const [first, last] = [baseOf(0), baseOf(1)]
  const points: WeightLinePoint[] = located
    .filter(({ at, recomputed }) => !recomputed || !isEnd(at))
    .map(({ at, losses, accuracy }) => {
      const height =
        first === undefined || last === undefined || isEnd(at)
          ? { height: null, standardError: null }
          : heightAbove(losses, [
              { weight: 1 - at, losses: first.losses },
              { weight: at, losses: last.losses },
            ])
      return { at, loss: mean(losses), accuracy, ...height }
    })
    .toSorted((x, y) => x.at - y.at)
  return {
    from,
    to,
    points,
    places: places.length,
    isDone: points.length === places.length,
    examples: first?.losses.length ?? 0,
    top: topOf(points),
  }
}
