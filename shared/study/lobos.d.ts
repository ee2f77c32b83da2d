declare module 'lobos' {
  /** A Sobol sequence with the direction numbers of Joe and Kuo 2008; its first point is the corner of zeros. */
  class Sobol {
    constructor(dimensions: number)
    /** The next points, each with a number in [0, 1) for every dimension. */
    take(count: number): number[][]
  }
  const lobos: { readonly Sobol: typeof Sobol }
  export default lobos
}
