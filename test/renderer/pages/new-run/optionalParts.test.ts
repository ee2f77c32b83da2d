import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRunSpec } from '../../../../shared/run/spec.ts'
import { defaultSpec } from '../../../../src-renderer/pages/new-run/model/draft.ts'
import { labelAt } from '../../../../src-renderer/pages/new-run/model/labels.ts'
import { imageParts, stepParts } from '../../../../src-renderer/pages/new-run/model/optionalParts.ts'
import { getAt, pathText, setAt } from '../../../../src-renderer/pages/new-run/model/tree.ts'

test('every part a run may lack begins as a valid one of its kind, with a field for each of its numbers', () => {
  for (const { path, label, kinds, kindOf } of [...imageParts, ...stepParts]) {
    for (const [kind, { start, at, fields }] of Object.entries(kinds)) {
      const tree = setAt(defaultSpec, path, start)
      assert.deepEqual(getAt(parseRunSpec(tree), path), start)
      assert.equal(kindOf(start), kind)
      assert.equal(labelAt(tree, pathText(path)), label)
      for (const { key, label } of fields) {
        assert.notEqual(getAt(tree, [...(at ?? path), key]), undefined)
        if (at === undefined) assert.equal(labelAt(tree, pathText([...path, key])), label)
      }
      if (typeof start === 'object' && start !== null && !Array.isArray(start)) {
        const asked = [...fields.map(({ key }) => key), 'by'].filter((key) => key in start)
        assert.deepEqual(asked.toSorted(), Object.keys(start).toSorted())
      }
      assert.deepEqual(setAt(tree, path, undefined), defaultSpec)
    }
  }
})
