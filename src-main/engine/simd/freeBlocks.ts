/**
 * The free blocks of a heap, no two of them neighbours: found by size, by beginning and by end. There are some hundreds at
 * most, so an ordered array is quick enough.
 */
export class FreeBlocks {
  /** By size, those of one size by address. */
  readonly #ordered: Block[] = []
  readonly #byAddress = new Map<number, Block>()
  readonly #byEnd = new Map<number, Block>()

  /** Takes `size` bytes from the beginning of the smallest block that has them, the lowest of several. @returns their address */
  take(size: number): number | undefined {
    const place = this.#placeOf(size, 0)
    const found = this.#ordered[place]
    if (found === undefined) return undefined
    this.#forget(found, place)
    if (found.size > size) this.#keep({ address: found.address + size, size: found.size - size })
    return found.address
  }

  /** Joins it with the neighbours that are free. */
  add(address: number, size: number): void {
    const before = this.#byEnd.get(address)
    const after = this.#byAddress.get(address + size)
    if (before !== undefined) this.#forget(before)
    if (after !== undefined) this.#forget(after)
    this.#keep({
      address: before?.address ?? address,
      size: (before?.size ?? 0) + size + (after?.size ?? 0),
    })
  }

  /** @returns the address of the block that ends there */
  endingAt(end: number): number | undefined {
    return this.#byEnd.get(end)?.address
  }

  remove(address: number): void {
    const block = this.#byAddress.get(address)
    if (block !== undefined) this.#forget(block)
  }

  #keep(block: Block): void {
    this.#ordered.splice(this.#placeOf(block.size, block.address), 0, block)
    this.#byAddress.set(block.address, block)
    this.#byEnd.set(block.address + block.size, block)
  }

  #forget(block: Block, place = this.#placeOf(block.size, block.address)): void {
    this.#ordered.splice(place, 1)
    this.#byAddress.delete(block.address)
    this.#byEnd.delete(block.address + block.size)
  }

  /** @returns the place of the first block that is larger, or as large and not below `address` */
  #placeOf(size: number, address: number): number {
    let [low, high] = [0, this.#ordered.length]
    while (low < high) {
      const middle = (low + high) >> 1
      const block = this.#ordered[middle]
      if (block === undefined) break
      const before = block.size < size || (block.size === size && block.address < address)
      if (before) low = middle + 1
      else high = middle
    }
    return low
  }
}

interface Block {
  readonly address: number
  readonly size: number
}
