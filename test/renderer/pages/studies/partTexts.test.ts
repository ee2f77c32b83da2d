import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dropText, textProblem, typePart } from '../../../../src-renderer/pages/studies/new/partTexts.ts'
import {
  freshStudy,
  keepStudy,
  recallStudy,
  switchKind,
} from '../../../../src-renderer/pages/studies/new/studyDraft.ts'

const adam = [{ spec: { kind: 'adam' } }]
const unfinished = '[{"spec":{"kind":"adam"}},'
const valid = typePart(freshStudy('budget'), ['optimizers'], JSON.stringify(adam))
const wrong = typePart(valid, ['optimizers'], unfinished)

test('a text that is no list says so beside Start, and leaves the list before it alone', () => {
  assert.equal(textProblem(valid), undefined)
  assert.deepEqual(Reflect.get(Object(valid.tree), 'optimizers'), adam)
  assert.match(textProblem(wrong) ?? '', /^Optimizers as JSON: This is not JSON/)
  assert.equal(wrong.tree, valid.tree)
  assert.match(textProblem(typePart(valid, ['tasks'], '{}')) ?? '', /^Tasks as JSON: This must be a list/)
  assert.match(textProblem(typePart(valid, ['base'], '{"model":')) ?? '', /^Base as JSON: This is not JSON/)
})

test('it waits until it is mended or thrown away: through a reload, and where another kind is looked at', () => {
  const held = new Map<string, string>()
  keepStudy({ setItem: (key, text) => void held.set(key, text), removeItem: () => undefined }, wrong)
  const back = recallStudy({ getItem: (key) => held.get(key) ?? null })
  assert.ok(back !== undefined)
  assert.deepEqual(Object.values(back.texts), [unfinished])
  const sweep = switchKind(wrong, 'sweep')
  assert.equal(textProblem(sweep), undefined, 'a sweep has no such list')
  assert.notEqual(textProblem(switchKind(sweep, 'budget')), undefined)
  assert.deepEqual(dropText(wrong, ['optimizers']), valid)
  const mended = typePart(wrong, ['optimizers'], '[]')
  assert.deepEqual([mended.texts, textProblem(mended)], [{}, undefined])
})

test('the text of an axis goes with its field, whatever its place becomes', () => {
  const values = [{ kind: 'sgd' }]
  const axes = [
    { path: 'seed', values: [1] },
    { path: 'optimizer', values },
  ]
  const draft = { ...freshStudy('sweep'), tree: { kind: 'sweep', axes } }
  const typed = typePart(draft, ['axes', 1, 'values'], '[{')
  assert.match(textProblem(typed) ?? '', /^Axis 2 as JSON/)
  assert.match(
    textProblem({ ...typed, tree: { kind: 'sweep', axes: axes.slice(1) } }) ?? '',
    /^Axis 1 as JSON/,
  )
  assert.equal(textProblem({ ...typed, tree: { kind: 'sweep', axes: axes.slice(0, 1) } }), undefined)
})

test('what is no study in the JSON view stays when the kind is changed in the form', () => {
  const draft = { ...freshStudy('sweep'), json: '{"kind": ' }
  assert.equal(switchKind(draft, 'budget').json, '{"kind": ')
  assert.equal(switchKind({ ...draft, json: '{"kind": "sweep"}' }, 'budget').json, undefined)
  assert.equal(typePart(draft, ['tasks'], '[]').json, '{"kind": ')
})
