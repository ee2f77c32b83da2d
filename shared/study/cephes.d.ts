/* The package's own types are not where its exports say. */
declare module 'cephes' {
  /** Resolves when the functions may be called. */
  export const compiled: Promise<void>
  /** The upper tail of the chi-squared distribution. */
  export function chdtrc(degrees: number, x: number): number
}
