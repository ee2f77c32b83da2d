import type { LabFaultKind, LabHealth } from '../../shared/api/lab.ts'

export interface HealthWords {
  readonly title: string
  /** The store's own sentence: what is wrong, and what to do. */
  readonly text: string
  /** Whether deleting what is stored helps. */
  readonly canMakeRoom: boolean
}

const titles: Readonly<Record<LabFaultKind, string>> = {
  diskFull: 'The disk is full: what trains cannot be stored',
  readOnly: 'The place of the database takes no writes: nothing can be stored',
  notYours: 'The database belongs to another user: nothing can be stored',
  locked: 'Another program keeps the database locked: nothing can be stored meanwhile',
  broken: 'The disk reports errors: nothing can be stored',
  damaged: 'The database is damaged',
}

/** @returns undefined while all is well */
export function healthWords({ access, fault }: LabHealth): HealthWords | undefined {
  if (fault === null) return undefined
  const isReadOnly = access === 'read'
  return {
    title: `${titles[fault.kind]}${isReadOnly ? '; the lab is open for reading only' : ''}.`,
    text: fault.words,
    canMakeRoom: fault.kind === 'diskFull' && !isReadOnly,
  }
}
