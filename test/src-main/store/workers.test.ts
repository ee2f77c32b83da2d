import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import { openFor, tempFolder, tempStore } from './fixtures.ts'

/* Machines that join a lab, and what they may. */

const about = {
  hostname: 'box.example',
  platform: 'linux x64',
  processor: 'a processor',
  cores: 8,
  memory: 1e10,
  node: '24.0.0',
  load: 0.5,
  diskFree: 1e11,
  slots: [{ id: 0, classes: ['processor' as const], device: '8 cores' }],
}
const said = { about, protocol: 1, build: 'f'.repeat(64) }
const code = { codeHash: 'code', codeUntil: 2000 }

test('a code is good once, in its time, and a token until it is taken back', (t) => {
  const { workers } = tempStore(t)
  assert.equal(workers.any(), false)
  const { id, state } = workers.invite({ name: 'box', ...code })
  assert.deepEqual([state, workers.any()], ['invited', true])
  assert.match(id, /^[a-z0-9]{8}$/)
  assert.equal(workers.join('code', 'token', 2001), undefined, 'late')
  assert.equal(workers.join('other', 'token', 1000), undefined)
  assert.equal(workers.join('code', 'token', 1000)?.id, id)
  assert.equal(workers.join('code', 'another', 1000), undefined, 'used')
  assert.equal(workers.byToken('token')?.state, 'joined')
  workers.inviteAgain(id, { codeHash: 'second', codeUntil: 2000 })
  assert.equal(workers.byToken('token'), undefined, 'the old token is void')
  assert.equal(workers.join('second', 'token2', 1000)?.id, id)
  workers.setState(id, 'removed', null)
  assert.deepEqual([workers.byToken('token2'), workers.any()], [undefined, false])
  assert.equal(workers.find(id)?.name, 'box', 'runs say where they trained')
  assert.throws(() => workers.inviteAgain(id, code), {
    name: 'UserError',
    message: /there is none \(any more\)/,
  })
})

test('a name is one worker, and what removed ones were called is free again', (t) => {
  let time = 1000
  const { workers } = tempStore(t, { now: () => time++ })
  const { id } = workers.invite({ name: 'box', ...code })
  assert.throws(() => workers.invite({ name: 'box', ...code }), {
    name: 'UserError',
    message: /has this name/,
  })
  for (const name of ['any', 'slurm', 'here'])
    assert.throws(() => workers.invite({ name, ...code }), { name: 'UserError', message: /--on/ })
  workers.setState(id, 'removed', null)
  workers.invite({ name: 'box', ...code })
  assert.deepEqual(
    workers.list().map(({ name, state }) => [name, state]),
    [
      ['box', 'removed'],
      ['box', 'invited'],
    ],
  )
})

test('what a worker says every few seconds is no change of the lab; another slot is', (t) => {
  let time = 10_000
  const path = join(tempFolder(t), 'lab.db')
  const { workers, read } = openFor(t, path, { now: () => time })
  const { id } = workers.invite({ name: 'box', ...code })
  workers.seen(id, said)
  const version = read.version()
  time += 100
  workers.seen(id, { ...said, about: { ...about, load: 0.7 } })
  assert.equal(workers.find(id)?.about?.load, 0.5, 'too soon to be written')
  time += 3000
  workers.seen(id, { ...said, about: { ...about, load: 0.9, diskFree: 5 } })
  assert.deepEqual([workers.find(id)?.about?.load, workers.find(id)?.seenAt], [0.9, time])
  assert.equal(read.version(), version)
  const slots = [{ ...about.slots[0], id: 0, classes: ['processor' as const], device: '4 cores' }]
  workers.seen(id, { ...said, about: { ...about, slots } })
  assert.ok(read.version() > version)
  assert.equal(workers.find(id)?.about?.slots[0]?.device, '4 cores')
})

test('failures before a first step are counted until one gets there, or it is welcome again', (t) => {
  const { workers } = tempStore(t)
  const { id } = workers.invite({ name: 'box', ...code })
  assert.deepEqual(
    [true, true, false, true].map((isFailure) => workers.countFailure(id, isFailure)),
    [1, 2, 0, 1],
  )
  workers.setState(id, 'out', 'Its GPU is gone.')
  assert.deepEqual([workers.find(id)?.reason, workers.find(id)?.failures], ['Its GPU is gone.', 1])
  workers.setState(id, 'joined', null)
  assert.equal(workers.find(id)?.failures, 0)
})

test('patience is a setting of the lab', (t) => {
  const { workers } = tempStore(t)
  assert.deepEqual(workers.settings(), { patience: 30 * 60_000 })
  workers.putSettings({ patience: 60_000 })
  assert.deepEqual(workers.settings(), { patience: 60_000 })
})
