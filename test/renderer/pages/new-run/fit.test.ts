import assert from 'node:assert/strict'
import { test } from 'node:test'
import { misfit, modelOn } from '../../../../src-renderer/pages/new-run/model/fit.ts'

const table = { kind: 'table', shape: [3], classes: ['a', 'b'] } as const
const images = { kind: 'image', shape: [28, 28, 1], classes: ['a', 'b'] } as const

test('a network of images on a table is a mistake of the network, and is replaced when the table is chosen', () => {
  for (const kind of ['cnn', 'resnet', 'wrn', 'densenet', 'vgg']) {
    const model = { kind }
    assert.match(misfit({ model }, table)['model.kind']?.sentence ?? '', /a table of 3 features/)
    assert.deepEqual(modelOn(model, table), { kind: 'mlp', hidden: [256], dropout: 0 })
  }
})

test('networks that read anything stay, as does every network on images', () => {
  for (const kind of ['softmax', 'mlp', 'layers']) {
    assert.deepEqual(misfit({ model: { kind } }, table), {})
    assert.equal(modelOn({ kind }, table), undefined)
  }
  assert.deepEqual(misfit({ model: { kind: 'resnet' } }, images), {})
  assert.equal(modelOn({ kind: 'resnet' }, images), undefined)
  assert.deepEqual(misfit({ model: { kind: 'cnn' } }, undefined), {})
})

test('images too small for a network are a mistake of the network', () => {
  const on = (kind: string, ...shape: number[]) =>
    misfit({ model: { kind } }, { ...images, shape })['model.kind']?.sentence
  assert.match(on('vgg', 28, 28, 1) ?? '', /at least 32×32 pixels, and those of this data set have 28×28; /)
  assert.equal(on('vgg', 32, 32, 3), undefined)
  assert.match(on('densenet', 8, 3, 1) ?? '', /at least 4×4 pixels/)
  assert.equal(on('densenet', 28, 28, 1), undefined)
})

test('augmentation on a table and class weights of another number of classes are said at their fields', () => {
  const model = { kind: 'mlp' }
  const augmentation = { crop: 0, flip: true, mixup: { alpha: 0.2 } }
  assert.deepEqual(Object.keys(misfit({ model, augmentation }, table)), [
    'augmentation.flip',
    'augmentation.mixup',
  ])
  assert.deepEqual(misfit({ model, augmentation }, images), {})
  assert.deepEqual(misfit({ model, augmentation: { crop: 0, flip: false } }, table), {})
  const found = misfit({ model, classWeights: [1, 2, 3] }, images)
  assert.match(found.classWeights?.sentence ?? '', /each of the 2 classes \(received 3\)/)
  for (const classWeights of [[1, 2], 'balanced', undefined]) {
    assert.deepEqual(misfit({ model, classWeights }, images), {})
  }
})
