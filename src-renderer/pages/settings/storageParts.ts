import type { Storage } from '../../../shared/api/lab.ts'

export interface StoragePart {
  readonly name: 'snapshots' | 'rest' | 'datasets'
  readonly label: string
  /** Undefined while it is not known. */
  readonly bytes: number | undefined
}

/** What the bytes on disk are for; together they are all that Anneal stores. */
export function storageParts(storage: Storage | undefined): readonly StoragePart[] {
  // The database is counted by whole pages, so that it is hardly ever less than what is in it.
  const rest = storage && Math.max(0, storage.databaseBytes - storage.snapshotBytes)
  return [
    { name: 'snapshots', label: 'Snapshots and their predictions', bytes: storage?.snapshotBytes },
    { name: 'rest', label: 'Metrics and all else in the database', bytes: rest },
    { name: 'datasets', label: 'Data sets', bytes: storage?.datasetBytes },
  ]
}
