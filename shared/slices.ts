/** Work that may rest between two parts of it: whoever drives it decides for how long. */
export type Slices<T> = Generator<undefined, T, undefined>

/** All of it at once. */
export function finish<T>(slices: Slices<T>): T {
  for (;;) {
    const { done, value } = slices.next()
    if (done) return value
  }
}
