import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createHealth, StoreError, type StoreFaultKind } from '../../../src-main/store/faults.ts'

/** A health whose clock and disk the test sets, and the kinds it told of. */
function watched(room: number | undefined) {
  const place = { time: 1000, room }
  const health = createHealth(
    () => place.time,
    () => place.room,
  )
  const told: (StoreFaultKind | null)[] = []
  health.subscribe(({ fault }) => told.push(fault?.kind ?? null))
  const refuse = (kind: StoreFaultKind): void => health.refused(new StoreError(kind, `${kind}.`))
  return { place, health, told, refuse }
}

test('a full disk is told until it has more room, whatever is stored within the reserve', () => {
  const { place, health, told, refuse } = watched(4 << 20)
  refuse('diskFull')
  assert.deepEqual(health.now().fault, { kind: 'diskFull', words: 'diskFull.', since: 1000 })
  health.written()
  place.room = 4.5 * (1 << 20)
  health.now()
  assert.deepEqual(told, ['diskFull'])
  place.room = 5 << 20
  assert.equal(health.now().fault, null, 'seen without a write')
  assert.deepEqual(told, ['diskFull', null])
})

test('of refusals of one full disk the one with the least room counts', () => {
  const { place, health, refuse } = watched(1 << 20)
  refuse('diskFull')
  place.room = 1.9 * (1 << 20)
  refuse('diskFull')
  place.room = 2 << 20
  health.written()
  assert.equal(health.now().fault, null)
})

test('where the system tells no free space, the next write that is stored ends it', () => {
  const { health, refuse } = watched(undefined)
  refuse('diskFull')
  assert.equal(health.now().fault?.kind, 'diskFull')
  health.written()
  assert.equal(health.now().fault, null)
})

test('a lock passes when nothing meets it again; a broken disk only with a write', () => {
  const { place, health, refuse } = watched(1e9)
  refuse('locked')
  place.time = 10_000
  refuse('locked')
  place.time = 20_000
  assert.equal(health.now().fault?.kind, 'locked')
  place.time = 26_000
  assert.equal(health.now().fault, null)
  refuse('broken')
  place.time = 1e9
  assert.equal(health.now().fault?.kind, 'broken')
  health.written()
  assert.equal(health.now().fault, null)
})

test('a file that is open for reading only stays so', () => {
  const { place, health } = watched(0)
  health.readOnly(new StoreError('diskFull', 'Full.'))
  place.room = 1e9
  assert.deepEqual([health.now().access, health.now().fault?.words], ['read', 'Full.'])
})
