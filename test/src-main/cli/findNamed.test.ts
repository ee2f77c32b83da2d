import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findRun } from '../../../src-main/cli/findRun.ts'
import { findStudy } from '../../../src-main/cli/findStudy.ts'
import { newRun, putDataset, spec, tempStore } from '../store/fixtures.ts'
import { cellOf, sweep } from '../store/studyFixtures.ts'

/* Names that are, or look like, the beginning of another's id. */

test('a study is never taken for another one whose name looks like its id', (t) => {
  const store = tempStore(t)
  const { read, write } = store
  putDataset(store)
  const named = (name: string): string => write.createStudy({ name, spec: sweep }, [cellOf(1)])
  const idOf = (given: string): string => findStudy(read, given).study.id
  const first = named('rates')
  assert.equal(idOf('rates'), first)
  assert.equal(idOf(first.slice(0, 9)), first, 'a beginning that no other has')
  const cut = first.slice(0, -1)
  const second = named(cut)
  assert.throws(
    () => idOf(cut),
    new RegExp(`more than one is meant, ${second} .*, ${first} .*; give the id of one`),
  )
  const third = named(first)
  assert.equal(idOf(first), first, 'a whole id goes before names')
  assert.equal(idOf(third), third)
  // Two ids begin so, and one more is named so.
  const shared = first.slice(0, 1)
  const fourth = named(shared)
  assert.throws(() => idOf(shared), new RegExp(`more than one is meant, ${fourth} `))
  named('rates')
  assert.throws(() => idOf('rates'), /more than one is meant, .* \(rates, active, .*; give the id of one/)
})

test('nor is a run', (t) => {
  const store = tempStore(t)
  putDataset(store)
  const named = (name: string): string => store.write.createRun({ ...newRun, spec: { ...spec, name } }).id
  const idOf = (given: string): string => findRun(store.read, given).id
  const first = named('one')
  const second = named('two')
  const shared = first.slice(0, 1)
  assert.equal(second.slice(0, 1), shared, 'made within the same years')
  const third = named(shared)
  assert.throws(() => idOf(shared), new RegExp(`more than one is meant, ${third} `))
  const fourth = named(second.toUpperCase())
  assert.equal(idOf(second), second)
  assert.equal(idOf(second.toUpperCase()), second, 'a whole id goes before names')
  assert.equal(idOf(fourth), fourth)
})

test('of many that are meant a few are told, and how many more there are', (t) => {
  const store = tempStore(t)
  putDataset(store)
  const named = (name: string): string => store.write.createRun({ ...newRun, spec: { ...spec, name } }).id
  const refusal = (given: string): string => {
    try {
      return findRun(store.read, given).id
    } catch (error) {
      return error instanceof Error ? error.message : ''
    }
  }
  const told = (message: string): number => message.match(/\([^)]*, created, [^)]*\)/g)?.length ?? 0
  for (let i = 0; i < 4; i++) named('same')
  assert.equal(told(refusal('same')), 4)
  assert.doesNotMatch(refusal('same'), / more;/)
  for (let i = 0; i < 46; i++) named('same')
  assert.equal(told(refusal('same')), 4)
  assert.match(refusal('same'), / and 46 more; give the id of one\.$/)
  // One that is named as all 51 ids begin, its own among them.
  const shared = named('other').slice(0, 1)
  const own = named(shared)
  assert.equal(told(refusal(shared)), 4)
  assert.match(
    refusal(shared),
    new RegExp(`more than one is meant, ${own} .* and 48 more; give the id of one`),
  )
})
