/*
 * Who takes part, by snapshot id, so that candidates may come and go. A snapshot that arrives while one looks on joins,
 * unless the members were named one by one.
 */

export type Membership =
  | { readonly kind: 'allBut'; readonly left: ReadonlySet<number> }
  | { readonly kind: 'only'; readonly members: ReadonlySet<number> }

export const allTicked: Membership = { kind: 'allBut', left: new Set() }

export const only = (snapshotIds: readonly number[]): Membership => ({
  kind: 'only',
  members: new Set(snapshotIds),
})

export function isTicked(membership: Membership, snapshotId: number): boolean {
  return membership.kind === 'allBut' ? !membership.left.has(snapshotId) : membership.members.has(snapshotId)
}

export function withTick(membership: Membership, snapshotId: number, on: boolean): Membership {
  return membership.kind === 'allBut'
    ? { kind: 'allBut', left: changed(membership.left, snapshotId, !on) }
    : { kind: 'only', members: changed(membership.members, snapshotId, on) }
}

function changed(set: ReadonlySet<number>, id: number, holds: boolean): ReadonlySet<number> {
  const next = new Set(set)
  if (holds) next.add(id)
  else next.delete(id)
  return next
}
