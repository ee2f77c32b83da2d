/*
 * The kernels of the simd backend, in AssemblyScript. Every one that runs on the pool ends with the same three
 * parameters: `scratch`, memory of the calling thread's own, and the items `from` up to `to` that it shall do. All
 * addresses and pitches are in bytes, all counts in numbers.
 */
export * from './binary'
export * from './unary'
export * from './product'
export * from './gradient'
export * from './filterGradient'
export * from './convolution'
export * from './depthwise'
export * from './winogradFilter'
export * from './winograd'
export * from './winogradGradient'
export { probeApart, probeJoined } from './wide/probe'
export { winogradConvolveWide } from './wide/winograd'
export { winogradFilterGradientWide } from './wide/winogradGradient'
export * from './reduce'
export * from './normForward'
export * from './normSlopes'
export * from './normBack'
export * from './pool'
export * from './resize'
export * from './move'
export * from './optimizer'
export * from './loss'
