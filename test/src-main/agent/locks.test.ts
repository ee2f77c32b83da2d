import assert from 'node:assert/strict'
import { readdir, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { createLocks } from '../../../src-main/agent/locks.ts'
import { temporary } from './spool/support.ts'

const ofTheDead = JSON.stringify({ hostname: '', pid: 1, startedAt: '' })

test('one of many gets what a dead process has left', async (t) => {
  for (let time = 0; time < 20; time++) {
    const folder = await temporary(t)
    const file = path.join(folder, '.fetch-x.lock')
    await writeFile(file, ofTheDead)
    // Of another machine, and without a sign of life.
    await utimes(file, 1, 1)
    const claims = await Promise.all(Array.from({ length: 8 }, () => createLocks(folder).claim('fetch-x')))
    const got = claims.filter((each) => each !== undefined)
    assert.equal(got.length, 1)
    for (const letGo of got) await letGo()
    assert.deepEqual(await readdir(folder), [])
  }
})

test('a mark that is not signed yet is held, but not for ever', async (t) => {
  const folder = await temporary(t)
  const file = path.join(folder, '.use-x.1.lock')
  await writeFile(file, '')
  assert.equal(await createLocks(folder).isUsed('x'), true)
  await utimes(file, 1, 1)
  assert.equal(await createLocks(folder).isUsed('x'), false)
})
