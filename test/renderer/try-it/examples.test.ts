import assert from 'node:assert/strict'
import { test } from 'node:test'
import { examplesOf, type GivenFile, refusalOf } from '../../../src-renderer/try-it/examples.ts'

function file(path: string, key: 'path' | 'webkitRelativePath' = 'path'): GivenFile {
  const made = new File(['x'], path.split('/').at(-1) ?? '')
  return Object.defineProperty(made, key, { value: path })
}
const names = (...files: GivenFile[]): string[] => examplesOf(files).map(({ name }) => name)

test('a folder that is dropped or chosen bears the names that the command line gives, in its order', () => {
  const inFolder = ['b.png', 'a/z.png', 'a/c/d.png', 'a.png', 'ab/x.png']
  const expected = ['a.png', 'b.png', 'a/z.png', 'a/c/d.png', 'ab/x.png']
  assert.deepEqual(names(...inFolder.map((name) => file(`/photos/${name}`))), expected)
  assert.deepEqual(names(...inFolder.map((name) => file(`photos/${name}`, 'webkitRelativePath'))), expected)
})

test('files by themselves keep their names; two folders are told apart; what hides is left out', () => {
  assert.deepEqual(names(file('./b.png'), file('a.png')), ['a.png', 'b.png'])
  assert.deepEqual(names(file('/x/a.png'), file('/y/a.png')), ['x/a.png', 'y/a.png'])
  assert.deepEqual(names(file('/x/.cache/a.png'), file('/x/.DS_Store'), file('/x/a.png')), ['a.png'])
})

test('an empty folder, too many files and too many bytes are one sentence each', () => {
  assert.match(refusalOf([])?.message ?? '', /there is no file/)
  const one = { name: 'a', content: new Blob(['x']) }
  assert.equal(refusalOf([one]), undefined)
  assert.match(refusalOf(Array(2001).fill(one))?.message ?? '', /at most 2000 files.*received 2.001\sfiles/)
})
