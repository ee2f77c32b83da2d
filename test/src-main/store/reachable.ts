import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { connect, type Db } from '../../../src-main/store/database.ts'
import { createHealth } from '../../../src-main/store/faults.ts'
import { thisHost } from '../../../src-main/store/hostIdentity.ts'
import { createHosts } from '../../../src-main/store/hosts.ts'
import { createStore } from '../../../src-main/store/openToWrite.ts'
import type { Store } from '../../../src-main/store/types.ts'
import { afterwards, openFor, tempFolder } from './fixtures.ts'

/** A store whose connection the test can reach, and which waits little for a lock. */
export function openReachable(t: TestContext): { db: Db; store: Store } {
  const path = join(tempFolder(t), 'lab.db')
  openFor(t, path).close()
  const health = createHealth(Date.now, () => undefined)
  const db = connect(path, { busyTimeout: 20, watch: health })
  db.pragma('foreign_keys = ON')
  const hosts = createHosts({ db, id: 'me', identity: thisHost(), now: Date.now, isAlive: () => true })
  const store = createStore({ path, db, hosts, health, now: Date.now })
  afterwards(t, store.close)
  return { db, store }
}
