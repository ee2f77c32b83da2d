import { scheduleLabel } from '../schedule/index.ts'
import { modelText } from './modelText.ts'
import type { RunSpec } from './spec.ts'

/** One setting that two specs have differently. */
export interface SpecChange {
  /** Its path ("optimizer.weightDecay"), or the part of the spec that is of another kind ("schedule"). */
  readonly path: string
  /** As text; absent where that spec has no such setting. */
  readonly from?: string
  readonly to?: string
}

/** What a spec has otherwise than another one, in the order of its fields; names left out. */
export function specChanges(from: RunSpec, to: RunSpec): SpecChange[] {
  const parts = Object.keys(to).filter((key): key is keyof RunSpec => key !== 'name' && key in to)
  return parts.flatMap((part) => changesIn(part, from, to))
}

function changesIn(part: keyof RunSpec, from: RunSpec, to: RunSpec): SpecChange[] {
  const [a, b] = [leavesOf(from[part], part), leavesOf(to[part], part)]
  if (a.get(`${part}.kind`) !== b.get(`${part}.kind`) || part === 'budget') {
    const [was, is] = [partText(part, from), partText(part, to)]
    return was === is ? [] : [{ path: part, from: was, to: is }]
  }
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((path) => {
    const [was, is] = [a.get(path), b.get(path)]
    if (was === is) return []
    return [{ path, ...(was !== undefined && { from: was }), ...(is !== undefined && { to: is }) }]
  })
}

/** A part that is of another kind, in a word or two. */
function partText(part: keyof RunSpec, spec: RunSpec): string {
  if (part === 'schedule') return scheduleLabel(spec.schedule)
  if (part === 'model') return modelText(spec.model)
  if (part === 'budget') {
    const [unit, amount] =
      'steps' in spec.budget ? ['step', spec.budget.steps] : ['epoch', spec.budget.epochs]
    return `${amount} ${unit}${amount === 1 ? '' : 's'}`
  }
  return part === 'optimizer' ? spec.optimizer.kind : JSON.stringify(spec[part])
}

/** Its numbers and words as text, by path; a list without objects is one of them. */
function leavesOf(value: unknown, path: string): ReadonlyMap<string, string> {
  if (typeof value !== 'object' || value === null) return new Map([[path, String(value)]])
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object' || one === null))
    return new Map([[path, value.join(', ')]])
  return new Map(Object.entries(value).flatMap(([key, one]) => [...leavesOf(one, `${path}.${key}`)]))
}

/** "schedule SGDR 10×2 → Linear", "optimizer.weightDecay 0 → 0.001" */
export function changeText({ path, from, to }: SpecChange): string {
  if (from === undefined) return `${path} ${to}`
  return to === undefined ? `${path} left out` : `${path} ${from} → ${to}`
}
