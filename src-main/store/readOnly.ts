import { chmodSync, copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type Db } from './database.ts'
import { createHealth, StoreError } from './faults.ts'
import { isHostAlive, thisHost } from './hostIdentity.ts'
import { createHosts, livingHosts } from './hosts.ts'
import { inspectFile } from './inspect.ts'
import { migrations } from './migrations/index.ts'
import { createStore, openToWrite, type StoreOptions } from './openToWrite.ts'
import { damaged } from './sqliteErrors.ts'
import type { Store } from './types.ts'

/*
 * A lab whose place takes no writes. SQLite cannot even read such a file unless a program that may write has it open: its
 * -shm file is missing. So a file that is in use is read where it is, and any other in a copy.
 */

/** @param reason why it cannot be written, with which every write is refused  @throws StoreError the reason */
export function openForReading(path: string, options: StoreOptions, reason: StoreError): Store {
  if (!existsSync(path)) throw reason
  return openInUse(path, options, reason) ?? openCopy(path, options, reason)
}

/** @returns undefined when no living program has the file open */
function openInUse(path: string, options: StoreOptions, reason: StoreError): Store | undefined {
  const { now = Date.now, isAlive = isHostAlive, host = thisHost() } = options
  if (inspectFile(path) !== migrations.length) return undefined
  let db: Db | undefined
  try {
    db = connect(path, { readonly: true })
    if (livingHosts(db, isAlive, now()).length > 0) {
      const hosts = createHosts({ db, id: '', identity: host, now, isAlive })
      return createStore({
        path,
        db,
        hosts,
        health: createHealth(now, () => undefined),
        now,
        refusal: reason,
      })
    }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
  }
  db?.close()
  return undefined
}

/** @throws StoreError the reason, where there is no room for a copy either */
function openCopy(path: string, options: StoreOptions, reason: StoreError): Store {
  let folder: string | undefined
  const drop = (): void => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  }
  try {
    folder = mkdtempSync(join(tmpdir(), 'anneal-reading-'))
    const store = openToWrite(copyInto(folder, path), options, { refusal: reason })
    return {
      ...store,
      path,
      close() {
        store.close()
        drop()
      },
    }
  } catch (error) {
    drop()
    if (error instanceof StoreError && error.kind === 'damaged') throw damaged(path, 'a copy was looked at')
    throw reason
  }
}

/** With the log of a program that has died. @returns the copy of the database */
function copyInto(folder: string, path: string): string {
  const copy = join(folder, 'lab.db')
  for (const end of ['', '-wal']) {
    if (!existsSync(path + end)) continue
    copyFileSync(path + end, copy + end)
    chmodSync(copy + end, 0o600)
  }
  return copy
}
