/*
 * Which rows are selected and where the cursor stands. By id, so that rows that come, go or change places under a live
 * table take nothing with them.
 */

export interface Selection {
  readonly selected: ReadonlySet<string>
  readonly cursor: string | null
  /** Where a range begins. */
  readonly anchor: string | null
}

export const nothingSelected: Selection = { selected: new Set(), cursor: null, anchor: null }

/** @param order the rows' ids as they stand in the table, wherever an action needs it */
export type SelectionAction =
  | {
      readonly type: 'move'
      readonly by: number
      readonly order: readonly string[]
      readonly extend: boolean
    }
  | { readonly type: 'cursor'; readonly id: string }
  | { readonly type: 'toggle'; readonly id: string }
  /** That one and no other; nothing when it was the only one. */
  | { readonly type: 'only'; readonly id: string }
  | { readonly type: 'range'; readonly id: string; readonly order: readonly string[] }
  | { readonly type: 'all'; readonly order: readonly string[] }
  | { readonly type: 'clear' }
  /** Those that are no longer there. */
  | { readonly type: 'drop'; readonly ids: readonly string[] }

export function select(state: Selection, action: SelectionAction): Selection {
  switch (action.type) {
    case 'move':
      return move(state, action)
    case 'cursor':
      return { ...state, cursor: action.id, anchor: action.id }
    case 'toggle': {
      const selected = new Set(state.selected)
      if (!selected.delete(action.id)) selected.add(action.id)
      return { selected, cursor: action.id, anchor: action.id }
    }
    case 'only': {
      const was = state.selected.size === 1 && state.selected.has(action.id)
      return { selected: new Set(was ? [] : [action.id]), cursor: action.id, anchor: action.id }
    }
    case 'range':
      return extendTo(state, action.id, action.order)
    case 'all':
      return { ...state, selected: new Set(action.order) }
    case 'clear':
      return { ...state, selected: new Set() }
    case 'drop':
      return drop(state, action.ids)
  }
}

function move(
  state: Selection,
  { by, order, extend }: Extract<SelectionAction, { type: 'move' }>,
): Selection {
  const at = state.cursor === null ? -1 : order.indexOf(state.cursor)
  const start = at === -1 ? (by > 0 ? -1 : 0) : at
  const id = order[Math.min(order.length - 1, Math.max(0, start + by))]
  if (id === undefined) return state
  if (!extend) return { ...state, cursor: id, anchor: id }
  return extendTo(at === -1 ? { ...state, anchor: id } : state, id, order)
}

/** Adds everything from the anchor to the row. */
function extendTo(state: Selection, id: string, order: readonly string[]): Selection {
  const anchor = state.anchor ?? id
  const from = order.indexOf(anchor)
  const to = order.indexOf(id)
  const ids = from === -1 ? [id] : order.slice(Math.min(from, to), Math.max(from, to) + 1)
  return { selected: new Set([...state.selected, ...ids]), cursor: id, anchor: from === -1 ? id : anchor }
}

function drop(state: Selection, ids: readonly string[]): Selection {
  const gone = new Set(ids)
  if (![...state.selected].some((id) => gone.has(id))) return state
  return { ...state, selected: new Set([...state.selected].filter((id) => !gone.has(id))) }
}
