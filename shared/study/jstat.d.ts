declare module 'jstat' {
  /** The studentized range distribution (Copenhaver and Holland 1988). */
  interface Tukey {
    /** @param q in 0..1 · @param means how many are compared · @param degrees of freedom, may be Infinity */
    inv(q: number, means: number, degrees: number): number
  }
  const jstat: { readonly tukey: Tukey }
  export default jstat
}
