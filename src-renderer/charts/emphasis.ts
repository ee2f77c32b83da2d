import { createGroupStore } from './groupStore.ts'
import type { ChartSeries } from './types.ts'

/* Which entry of a page's legend is singled out: the lines of the others step back in every chart of the group. */

const pointed = createGroupStore<string>()
const pinned = createGroupStore<string>()

/** While the pointer or the focus is on an entry. */
export const pointAt = pointed.set
/** Until it is released. */
export const pin = pinned.set
export const usePinned = pinned.useValue

/** The entry singled out in a group: the one pointed at, else the one pinned. */
export function useEmphasis(group: string): string | undefined {
  const under = pointed.useValue(group)
  const held = pinned.useValue(group)
  return under ?? held
}

/** The entry of the page's legend that stands for a line. */
const entryOf = ({ id, entry }: ChartSeries): string => entry ?? id

/** Whether a line steps back. A chart without a line of that entry shows all of its own. */
export function stepsBack(
  one: ChartSeries,
  series: readonly ChartSeries[],
  emphasis: string | undefined,
): boolean {
  if (emphasis === undefined || entryOf(one) === emphasis) return false
  return series.some((other) => other.hidden !== true && entryOf(other) === emphasis)
}
