import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  layoutByLook,
  layoutByNames,
  levelOf,
  looksLikePixels,
  pixelShape,
} from '../../../shared/data/pixels.ts'

test('so many levels are a square in grey or in colour, or no image', () => {
  assert.deepEqual(pixelShape(784), { side: 28, channels: 1 })
  assert.deepEqual(pixelShape(3072), { side: 32, channels: 3 })
  assert.deepEqual(pixelShape(192), { side: 8, channels: 3 })
  for (const levels of [0, 2, 785, 3073]) assert.equal(pixelShape(levels), undefined)
})

test('levels are whole numbers from 0 to 255', () => {
  assert.deepEqual(['0', '255', '12.0', '007'].map(levelOf), [0, 255, 12, 7])
  for (const text of ['256', '-1', '1.5', '', 'a', '1e2', 'NaN', '0x1', ' 1'])
    assert.equal(levelOf(text), undefined)
})

test('rows look like images where all cells are levels and there are as many as in a square', () => {
  const row = (length: number, cell = (i: number) => String(i % 256)) =>
    Array.from({ length }, (_, i) => cell(i))
  assert.deepEqual(looksLikePixels([row(784)]), { side: 28, channels: 1 })
  assert.deepEqual(looksLikePixels([row(64, (i) => String(i % 17))]), { side: 8, channels: 1 })
  assert.equal(looksLikePixels([row(49)]), undefined)
  assert.equal(looksLikePixels([row(783)]), undefined)
  assert.equal(looksLikePixels([row(784), row(784, () => '0.5')]), undefined)
  assert.equal(looksLikePixels([row(784, (i) => String(i % 2))]), undefined)
  assert.equal(looksLikePixels([]), undefined)
})

test('names tell how colours lie, where they tell it', () => {
  const names = (name: (channel: string, at: number) => string, planar: boolean) =>
    Array.from({ length: 12 }, (_, i) =>
      planar ? name('rgb'.charAt(Math.floor(i / 4)), i % 4) : name('rgb'.charAt(i % 3), Math.floor(i / 3)),
    )
  for (const name of [
    (channel: string, at: number) => `${channel}${at}`,
    (channel: string, at: number) => `pixel_${at}_${channel.toUpperCase()}`,
    (channel: string, at: number) => `${{ r: 'red', g: 'Green', b: 'blue' }[channel]}_${at}`,
  ]) {
    assert.equal(layoutByNames(names(name, true)), 'planar')
    assert.equal(layoutByNames(names(name, false)), 'interleaved')
  }
  assert.equal(layoutByNames(names((_, at) => `pixel${at}`, true)), undefined)
  assert.equal(layoutByNames(['row1', 'grey2', 'big3']), undefined)
})

test('the layout in which neighbours are alike is the one', () => {
  const side = 16
  // A slanting gradient whose colours differ, and one whose colours are equal (grey).
  for (const apart of [60, 0]) {
    const level = (y: number, x: number, c: number) => 5 * y + 3 * x + apart * c
    const planar: number[] = []
    const interleaved: number[] = []
    for (let c = 0; c < 3; c++)
      for (let p = 0; p < side * side; p++) planar.push(level(Math.floor(p / side), p % side, c))
    for (let p = 0; p < side * side; p++)
      for (let c = 0; c < 3; c++) interleaved.push(level(Math.floor(p / side), p % side, c))
    assert.equal(layoutByLook([planar], side), 'planar')
    assert.equal(layoutByLook([interleaved], side), 'interleaved')
  }
})
