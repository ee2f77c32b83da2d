import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type HeldOffer, type HeldOffers, planOffers } from '../../../src-main/workers/offerPlan.ts'

/** As BullMQ does it: by priority, and of one priority by when it was added. */
function applied(held: HeldOffers, wanted: readonly string[]): HeldOffer[] {
  const { remove, add } = planOffers(wanted, held)
  const stays = held.waiting.filter(({ id }) => !remove.includes(id))
  for (const { priority } of add) assert.ok(priority >= 1 && priority < 2 ** 21)
  return [...stays, ...add].sort((a, b) => a.priority - b.priority)
}

const idsOf = (offers: readonly HeldOffer[]): string[] => offers.map(({ id }) => id)
const empty: HeldOffers = { waiting: [], returned: [], active: [] }

test('whatever was held, the queue comes to offer what is wanted, in its order, and is then left alone', () => {
  const ids = fc.uniqueArray(fc.constantFrom(...'abcdefghij'), { maxLength: 10 })
  fc.assert(
    fc.property(fc.array(ids, { minLength: 1, maxLength: 6 }), (orders) => {
      let waiting: HeldOffer[] = []
      for (const wanted of orders) {
        waiting = applied({ ...empty, waiting }, wanted)
        assert.deepEqual(idsOf(waiting), wanted)
        assert.deepEqual(planOffers(wanted, { ...empty, waiting }), { remove: [], add: [] })
      }
    }),
  )
})

test('offers that stay where they are are not touched by one that joins, moves or goes', () => {
  const wanted = Array.from({ length: 1000 }, (_, i) => `run${i}`)
  const waiting = applied(empty, wanted)
  assert.deepEqual(idsOf(planOffers([...wanted, 'last'], { ...empty, waiting }).add), ['last'])
  const first = planOffers(['first', ...wanted], { ...empty, waiting })
  assert.deepEqual([idsOf(first.add), first.remove], [['first'], []])
  const moved = planOffers(['run700', ...wanted.filter((id) => id !== 'run700')], { ...empty, waiting })
  assert.deepEqual([idsOf(moved.add), moved.remove], [['run700'], ['run700']])
  const gone = planOffers(wanted.slice(0, -1), { ...empty, waiting })
  assert.deepEqual(gone, { remove: ['run999'], add: [] })
})

test('what a worker has is neither offered again nor withdrawn; what came back stays as long as it is wanted', () => {
  const held = { waiting: [], returned: ['later', 'void'], active: ['taken', 'over'] }
  assert.deepEqual(idsOf(planOffers(['taken', 'later', 'new'], held).add), ['new'])
  assert.deepEqual(planOffers(['taken', 'later', 'new'], held).remove, ['void'])
})
