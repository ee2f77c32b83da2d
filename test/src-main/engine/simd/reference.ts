/** Shapes with numbers in float64. */
export interface Doubles {
  readonly shape: readonly number[]
  readonly values: Float64Array
}

/** A plain convolution of x [batch, height, width, channels] with w [rows, columns, channels, filters] in float64. */
export function convolve(
  x: Doubles,
  w: Doubles,
  { stride, padding }: { stride: number; padding: number },
): Float64Array {
  const [batch = 0, height = 0, width = 0, channels = 0] = x.shape
  const [rows = 0, columns = 0, , filters = 0] = w.shape
  const outHeight = Math.floor((height + 2 * padding - rows) / stride) + 1
  const outWidth = Math.floor((width + 2 * padding - columns) / stride) + 1
  const out = new Float64Array(batch * outHeight * outWidth * filters)
  let place = 0
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < outHeight; i++) {
      for (let j = 0; j < outWidth; j++) {
        for (let f = 0; f < filters; f++) {
          let sum = 0
          for (let r = 0; r < rows; r++) {
            const row = i * stride + r - padding
            for (let s = 0; s < columns; s++) {
              const column = j * stride + s - padding
              if (row < 0 || row >= height || column < 0 || column >= width) continue
              for (let c = 0; c < channels; c++) {
                const own = x.values[((b * height + row) * width + column) * channels + c] ?? 0
                sum += own * (w.values[((r * columns + s) * channels + c) * filters + f] ?? 0)
              }
            }
          }
          out[place++] = sum
        }
      }
    }
  }
  return out
}

/** relu?(γ·(x - mean) / √(variance + ε) + β + residual) of x [rows, channels] in float64. */
export function batchNorm(
  x: Float64Array,
  gamma: Float64Array,
  beta: Float64Array,
  options: { epsilon: number; residual?: Float64Array; relu: boolean },
): Float64Array {
  const channels = gamma.length
  const rows = x.length / channels
  const out = new Float64Array(x.length)
  for (let c = 0; c < channels; c++) {
    const column = Array.from({ length: rows }, (_, r) => x[r * channels + c] ?? 0)
    const mean = column.reduce((a, b) => a + b, 0) / rows
    const variance = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows
    for (const [r, value] of column.entries()) {
      const at = r * channels + c
      const normed =
        ((gamma[c] ?? 0) * (value - mean)) / Math.sqrt(variance + options.epsilon) + (beta[c] ?? 0)
      const sum = normed + (options.residual?.[at] ?? 0)
      out[at] = options.relu ? Math.max(0, sum) : sum
    }
  }
  return out
}
