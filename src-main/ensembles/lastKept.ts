/** Answers that took long and never change: the last ones are remembered, the oldest is forgotten first. */
export class LastKept<V> {
  readonly #values = new Map<string, V>()
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  get(key: string): V | undefined {
    return this.#values.get(key)
  }

  keep(key: string, value: V): void {
    this.#values.set(key, value)
    const [oldest = key] = this.#values.keys()
    if (this.#values.size > this.#most) this.#values.delete(oldest)
  }
}
