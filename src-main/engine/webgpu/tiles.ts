/* How the products of convolutions are cut into tiles whose sums a workgroup makes, each thread 4 × 4 of them. */

/** Numbers that are read or written at once. */
export type Width = 1 | 4

export const widthOf = (channels: number): Width => (channels % 4 === 0 ? 4 : 1)

export const typeOf = (width: Width): string => (width === 4 ? 'vec4<f32>' : 'f32')

/** A tile is as wide as the channels want. */
export const tileColumns = (channels: number): number => (channels <= 16 ? 16 : channels <= 32 ? 32 : 64)

/** For code that is written out four times. */
export const four = [0, 1, 2, 3] as const
