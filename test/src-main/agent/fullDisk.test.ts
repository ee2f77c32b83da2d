import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { temporary } from './spool/support.ts'

/* A disk of its own, in a name space of its own: no rights are needed where the system allows that. */

const child = fileURLToPath(new URL('fullDiskChild.ts', import.meta.url))

test('a full disk pauses the trainer, in words, until there is room; nothing is lost', async (t) => {
  const folder = await temporary(t)
  const inside = `mount -t tmpfs -o size=2m tmpfs "$0" || exit 77; exec "$@"`
  const command = ['-rm', 'sh', '-c', inside, folder, process.execPath, child, folder]
  const { status, stderr } = spawnSync('unshare', command, { encoding: 'utf8', timeout: 60_000 })
  if (status === 77 || /unshare failed/.test(stderr))
    return t.skip('This system lets nobody mount a disk of their own.')
  assert.equal(status, 0, stderr)
})
