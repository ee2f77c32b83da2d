import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UserError } from '../../../../shared/errors.ts'
import { random } from '../../../../shared/random.ts'
import { firstTracedAddress, Heap } from '../../../../src-main/engine/simd/heap.ts'

test('blocks never overlap and stand on multiples of 64, whatever is taken and given back', () => {
  const heap = new Heap()
  const rng = random(5, 'heap test')
  const taken: { address: number; bytes: number }[] = []
  for (let i = 0; i < 3000; i++) {
    if (taken.length > 0 && rng.below(5) < 2) {
      const [block] = taken.splice(rng.below(taken.length), 1)
      if (block !== undefined) heap.free(block.address)
      continue
    }
    const bytes = 4 * rng.below(2 ** rng.below(16))
    const address = heap.allocate(bytes)
    assert.equal(address % 64, 0)
    for (const other of taken) {
      const apart = address >= other.address + other.bytes || other.address >= address + bytes
      assert.ok(apart, `${address} + ${bytes} meets ${other.address} + ${other.bytes}`)
    }
    taken.push({ address, bytes })
  }
  for (const { address } of taken) heap.free(address)
  assert.equal(heap.bytesInUse, 0)
})

test('what was given back serves the next request of its size, and the memory stands still', () => {
  const heap = new Heap()
  const round = () => {
    const sizes = [4, 4096, 1_000_000, 8_388_608]
    const addresses = sizes.map((bytes) => heap.allocate(bytes))
    for (const address of addresses) heap.free(address)
  }
  round()
  const reserved = heap.bytesReserved
  for (let i = 0; i < 50; i++) round()
  assert.equal(heap.bytesReserved, reserved)
})

test('free neighbours are joined, in whichever order they come back: one block as large as all of them fits', () => {
  const heap = new Heap()
  const rng = random(9, 'heap joins')
  for (let round = 0; round < 20; round++) {
    const addresses = Array.from({ length: 30 }, () => heap.allocate(64 * (1 + rng.below(500))))
    const reserved = heap.bytesReserved
    for (const address of addresses.toSorted(() => rng.below(3) - 1)) heap.free(address)
    const whole = heap.allocate(reserved - 65_536 - 64)
    assert.equal(heap.bytesReserved, reserved)
    heap.free(whole)
  }
})

test('a request takes the smallest block that it fits into, the rest of it serves others, and a free end is grown', () => {
  const heap = new Heap()
  const [large, , small, , end] = [4000, 64, 2000, 64, 1000].map((bytes) => heap.allocate(bytes))
  if (large === undefined || small === undefined || end === undefined) throw new Error('five blocks')
  for (const address of [large, small, end]) heap.free(address)
  assert.equal(heap.allocate(1500), small)
  assert.equal(heap.allocate(300), small + 1600)
  assert.equal(heap.allocate(4000), large)
  assert.equal(heap.allocate(1_000_000), end)
})

test('what is not allocated is not freed: not twice, and no other address', () => {
  const heap = new Heap()
  const address = heap.allocate(100)
  heap.free(address)
  const inUse = heap.bytesInUse
  for (const wrong of [address, address + 64, 0]) {
    assert.throws(() => heap.free(wrong), {
      message: `While freeing memory of a tensor: no block is allocated at address ${wrong}.`,
    })
  }
  assert.equal(heap.bytesInUse, inUse)
  assert.notEqual(heap.allocate(100), heap.allocate(100), 'no block is handed out twice')
})

test('a view made before the memory grew still is the memory', () => {
  const heap = new Heap()
  const address = heap.allocate(16)
  const old = heap.floats(address, 4)
  heap.allocate(100 * 2 ** 20)
  heap.floats(address, 4).set([1, 2, 3, 4])
  assert.deepEqual([...old], [1, 2, 3, 4])
})

test('at the limit it says what was asked, what is taken and what to do, and goes on with what comes back', () => {
  const heap = new Heap(64 * 2 ** 20)
  const half = heap.allocate(40 * 2 ** 20)
  assert.throws(
    () => heap.allocate(30 * 2 ** 20),
    (error: unknown) => {
      assert.ok(error instanceof UserError)
      assert.match(
        error.message,
        /30 MiB more do not fit into the 64 MiB .*\(4\d MiB are taken\).*smaller batch/,
      )
      return true
    },
  )
  heap.free(half)
  assert.equal(heap.allocate(30 * 2 ** 20), half)
})

test('the address of a block that was only traced is no place in the memory', () => {
  assert.throws(() => new Heap().floats(firstTracedAddress + 64, 1), /only traced/)
})
