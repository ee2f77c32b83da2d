import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import type { StudyCellInfo, StudyCounts, StudySummary } from '../../shared/api/studies.ts'
import { show, UserError } from '../../shared/errors.ts'
import { isActive } from '../../shared/run/state.ts'
import type { StudySpec } from '../../shared/study/spec.ts'
import { labVersion } from './changes.ts'
import type { Db } from './database.ts'
import { idRow } from './rows.ts'
import {
  CELLS,
  cellInfoRow,
  cellSpecRow,
  STUDY_COLUMNS,
  type StudyRow,
  specOfCells,
  studyRow,
} from './studyRows.ts'
import type { CellRecord, StudyListNews, StudyNews } from './types.ts'

/** Studies whose cells are kept: as many as somebody looks at. */
const KEPT = 200

const VISIBLE = 'trashed_at IS NULL'

/**
 * What is shown of studies. The cells of one are kept, and only those that changed since are read again, so that a study of
 * a thousand costs no more to watch than one of ten. Each must be asked within one read transaction.
 */
export interface Studies {
  /** The first in the queue first, then those that have ended, the newest first. */
  list(): StudySummary[]
  /** @throws UserError when no study or more than one begins with the prefix */
  get(idPrefix: string): StudyNews
  changesSince(version: number): StudyListNews
  /** @returns undefined when nothing of it changed after the version */
  since(id: string, version: number): StudyNews | undefined
  cells(id: string): CellRecord[]
}

interface View {
  version: number
  readonly cells: StudyCellInfo[]
  /** By ordinal: the version of the lab with its last change. */
  readonly changed: number[]
}

const changedRow = z.object({ id: z.string(), trashed: z.number() })

export function createStudies(db: Db): Studies {
  const views = new LRUCache<string, View>({ max: KEPT })

  const viewOf = ({ id, changed }: StudyRow): View => {
    const version = labVersion(db)
    const known = views.get(id)
    // A file that another has taken the place of (a copy put back) may be older than what is kept.
    const view =
      known !== undefined && known.version <= version ? known : { version: -1, cells: [], changed: [] }
    if (changed > view.version) {
      for (const row of db.all(
        cellInfoRow,
        `${CELLS} WHERE c.study_id = ? AND c.changed > ?`,
        id,
        view.version,
      )) {
        view.cells[row.info.ordinal] = row.info
        view.changed[row.info.ordinal] = row.changed
      }
    }
    view.version = version
    views.set(id, view)
    return view
  }
  const summary = (row: StudyRow): StudySummary => summaryOf(row, viewOf(row).cells)
  const rows = (which: string, ...values: (string | number)[]): StudyRow[] =>
    db.all(studyRow, `SELECT ${STUDY_COLUMNS} FROM studies WHERE ${which}`, ...values)

  const news = (row: StudyRow, after: number): StudyNews => {
    const { cells, changed, version } = viewOf(row)
    return {
      version,
      study: summaryOf(row, cells),
      cells: cells.filter(({ ordinal }) => (changed[ordinal] ?? 0) > after),
    }
  }

  return {
    list: () =>
      rows(
        `${VISIBLE} ORDER BY ended_at IS NOT NULL, CASE WHEN ended_at IS NULL THEN place END, created_at DESC, id DESC`,
      ).map(summary),
    get: (idPrefix) => news(byPrefix(db, idPrefix), -1),
    changesSince(since) {
      const version = labVersion(db)
      const after = since > version ? -1 : since
      const ids = db.all(
        changedRow,
        'SELECT id, trashed_at IS NOT NULL AS trashed FROM studies WHERE changed > ? ORDER BY created_at DESC, id DESC',
        after,
      )
      const visible = ids.filter(({ trashed }) => trashed === 0).map(({ id }) => id)
      return {
        version,
        changed: visible.flatMap((id) => rows('id = ?', id)).map(summary),
        removed: ids.filter(({ trashed }) => trashed === 1).map(({ id }) => id),
      }
    },
    since(id, version) {
      const row = byPrefix(db, id)
      const known = version > labVersion(db) ? -1 : version
      return row.changed > known ? news(row, known) : undefined
    },
    cells(id) {
      const { cells } = viewOf(byPrefix(db, id))
      const specs = new Map(
        db
          .all(cellSpecRow, 'SELECT ordinal, spec FROM study_cells WHERE study_id = ?', id)
          .map(({ ordinal, spec }) => [ordinal, spec]),
      )
      return cells.flatMap((info) => {
        const spec = specs.get(info.ordinal)
        if (spec === undefined) return []
        const { key, role, settings, seed, budget, stage, after } = info
        return { info, cell: { key, role, settings, seed, budget, stage, ...(after && { after }), spec } }
      })
    },
  }
}

function summaryOf(row: StudyRow, cells: readonly StudyCellInfo[]): StudySummary {
  const { changed: _, place: _place, ...study } = row
  const spec = row.spec ?? specOfCells(cells)
  return { ...study, spec, kind: spec.kind, counts: countsOf(cells), best: bestOf(spec, cells) }
}

function countsOf(cells: readonly StudyCellInfo[]): StudyCounts {
  const counts = { total: cells.length, queued: 0, active: 0, completed: 0, failed: 0, other: 0 }
  for (const { status } of cells) {
    if (status === 'queued' || status === 'completed' || status === 'failed') counts[status]++
    else if (status !== 'deleted' && isActive(status)) counts.active++
    else counts.other++
  }
  return counts
}

/**
 * Among those that have ended as planned. What only serves others (a trunk, a search for a rate) is no answer, nor is an
 * earlier rung of a sweep.
 */
function bestOf({ kind, objective }: StudySpec, cells: readonly StudyCellInfo[]): StudyCellInfo | null {
  let best: StudyCellInfo | null = null
  let most = Number.NEGATIVE_INFINITY
  for (const cell of cells) {
    if (cell.status !== 'completed' || cell.role === 'tuning' || cell.role === 'trunk') continue
    const value = objective === 'validationLoss' ? negated(cell.validationLoss) : cell.validationAccuracy
    if (value === null) continue
    const rungs = kind === 'sweep' && best !== null ? cell.budget - best.budget : 0
    if (rungs < 0 || (rungs === 0 && value <= most)) continue
    most = value
    best = cell
  }
  return best
}

const negated = (value: number | null): number | null => (value === null ? null : -value)

function byPrefix(db: Db, idPrefix: string): StudyRow {
  const prefix = idPrefix.trim().toLowerCase()
  const isId = /^[0-9a-z]+$/.test(prefix)
  const found = isId
    ? db.all(
        studyRow,
        `SELECT ${STUDY_COLUMNS} FROM studies WHERE id >= ? AND id < ? AND ${VISIBLE} ORDER BY id LIMIT 4`,
        prefix,
        // "{" comes right after "z".
        `${prefix}{`,
      )
    : []
  const [first, ...others] = found
  if (first === undefined) {
    const trashed = db.get(idRow, 'SELECT id FROM studies WHERE id = ? AND trashed_at IS NOT NULL', prefix)
    throw new UserError(
      trashed === undefined
        ? `While looking for study ${show(idPrefix)}: no stored study has an id that begins so; list the studies to see their ids.`
        : `While looking for study ${show(idPrefix)}: it is deleted; restore it first.`,
    )
  }
  if (others.length > 0 && first.id !== prefix)
    throw new UserError(
      `While looking for study ${show(idPrefix)}: more than one study's id begins so (${found.map(({ id }) => id).join(', ')}); give more letters.`,
    )
  return first
}
