/** How one side walks: bytes from row to row along three axes, and numbers (1 or 0) within a row. */
export interface Walk {
  readonly rows: readonly [number, number, number]
  readonly step: 0 | 1
}

export interface Broadcast {
  readonly shape: number[]
  readonly rows: readonly [number, number, number]
  readonly count: number
  readonly a: Walk
  readonly b: Walk
}

interface Axis {
  size: number
  /** Whether each side has the axis, or one number for all of it. */
  readonly a: boolean
  readonly b: boolean
}

/**
 * Two shapes broadcast against each other, with neighbouring axes that walk alike made one.
 * @returns undefined when more than four axes are left · @throws Error when the shapes do not fit
 */
export function broadcast(a: readonly number[], b: readonly number[]): Broadcast | undefined {
  const shape: number[] = []
  const axes: Axis[] = []
  const rank = Math.max(a.length, b.length)
  for (let axis = 0; axis < rank; axis++) {
    const own = a[a.length - rank + axis] ?? 1
    const other = b[b.length - rank + axis] ?? 1
    if (own !== other && own !== 1 && other !== 1) {
      throw new Error(`shapes [${a}] and [${b}] do not fit each other`)
    }
    const size = own === 1 ? other : own
    shape.push(size)
    if (size === 1) continue
    const last = axes.at(-1)
    const next = { size, a: own !== 1, b: other !== 1 }
    if (last !== undefined && last.a === next.a && last.b === next.b) last.size *= size
    else axes.push(next)
  }
  if (axes.length > 4) return undefined
  const inner = axes.pop() ?? { size: 1, a: true, b: true }
  const padded = [...Array.from({ length: 3 - axes.length }, () => ({ size: 1, a: true, b: true })), ...axes]
  const [d0, d1, d2] = padded
  if (d0 === undefined || d1 === undefined || d2 === undefined) return undefined
  const outer = [d0, d1, d2] as const
  return {
    shape,
    rows: [d0.size, d1.size, d2.size],
    count: inner.size,
    a: walk(outer, inner, 'a'),
    b: walk(outer, inner, 'b'),
  }
}

function walk(outer: readonly [Axis, Axis, Axis], inner: Axis, side: 'a' | 'b'): Walk {
  let bytes = inner[side] ? inner.size * 4 : 4
  const stride = (axis: Axis): number => {
    if (!axis[side]) return 0
    const own = bytes
    bytes *= axis.size
    return own
  }
  const [d0, d1, d2] = outer
  const [s2, s1, s0] = [stride(d2), stride(d1), stride(d0)]
  return { rows: [s0, s1, s2], step: inner[side] ? 1 : 0 }
}
