import type { RunSummary } from '../../../shared/api/runs.ts'
import { seriesColor, seriesDash } from '../../charts/palette.ts'
import type { XMap } from '../run/xMap.ts'
import { type CompareAxis, mapOf } from './axes.ts'
import type { EpochsOf } from './useEpochs.ts'

/** A run in the comparison: it keeps its colour and dash while others come into sight and go. */
export interface Place {
  readonly run: RunSummary
  /** Its name; where two have the same, with the end of its id. */
  readonly label: string
  readonly color: string
  readonly dash: string | undefined
  readonly map: XMap
}

export function placesOf(
  runs: readonly RunSummary[],
  axis: CompareAxis,
  epochsOf: EpochsOf,
): readonly Place[] {
  const named = new Map<string, number>()
  for (const { name } of runs) named.set(name, (named.get(name) ?? 0) + 1)
  return runs.map((run, place) => ({
    run,
    label: (named.get(run.name) ?? 0) > 1 ? `${run.name} (${run.id.slice(-4)})` : run.name,
    color: seriesColor(place),
    dash: seriesDash(place),
    map: mapOf(axis, run, epochsOf(run.id)),
  }))
}

/** Curves drawn at once, at most. */
export const mostDrawn = 30

/** Which runs have curves: the first that are not hidden. */
export function drawnOf(
  ids: readonly string[],
  hidden: ReadonlySet<string>,
): { readonly drawn: ReadonlySet<string>; readonly left: number } {
  const wanted = ids.filter((id) => !hidden.has(id))
  return { drawn: new Set(wanted.slice(0, mostDrawn)), left: Math.max(0, wanted.length - mostDrawn) }
}
