import type { StudyCellInfo, StudyChange, StudySummary } from '../../shared/api/studies.ts'

/** One study as its runs train, put together from the steps of its subscription. */
export interface StudyWatch {
  readonly study: StudySummary | undefined
  /** By ordinal. A row that is the same object is the same row. */
  readonly cells: readonly StudyCellInfo[]
}

export const emptyStudyWatch: StudyWatch = { study: undefined, cells: [] }

/** Rows replace rows by ordinal, so that a step applied twice changes nothing; others stay the same objects. */
export function applyStudyChange(watch: StudyWatch, change: StudyChange): StudyWatch {
  return { study: change.study, cells: withRows(watch.cells, change.cells) }
}

function withRows(old: readonly StudyCellInfo[], news: readonly StudyCellInfo[]): readonly StudyCellInfo[] {
  if (news.length === 0) return old
  const byOrdinal = new Map(old.map((cell) => [cell.ordinal, cell]))
  const had = byOrdinal.size
  for (const cell of news) byOrdinal.set(cell.ordinal, cell)
  const rows = [...byOrdinal.values()]
  // A map keeps the places of rows that are replaced.
  return byOrdinal.size === had ? rows : rows.sort((a, b) => a.ordinal - b.ordinal)
}
