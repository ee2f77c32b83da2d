/**
 * Softmax cross-entropy of logits [rows, classes] against labels (int32): each row's loss in nats to `losses`, and
 * (softmax - target) · scale to `gradient`. The target is `on` at the label and `off` elsewhere. Items: rows.
 */
export function softmaxLoss(
  logits: usize,
  labels: usize,
  losses: usize,
  gradient: usize,
  classes: i32,
  on: f64,
  off: f64,
  scale: f64,
  scratch: usize,
  from: i32,
  to: i32,
): void {
  const pitch = (<usize>classes) << 2
  for (let row = from; row < to; row++) {
    const source = logits + <usize>row * pitch
    const target = gradient + <usize>row * pitch
    const label = load<i32>(labels + ((<usize>row) << 2))
    let largest: f32 = -Infinity
    for (let c: usize = 0; c < pitch; c += 4) largest = max(largest, load<f32>(source + c))
    let total: f64 = 0
    for (let c: usize = 0; c < pitch; c += 4) total += Math.exp(<f64>load<f32>(source + c) - <f64>largest)
    const logTotal = Math.log(total)
    let loss: f64 = 0
    for (let c = 0; c < classes; c++) {
      const at = (<usize>c) << 2
      const logProbability = <f64>load<f32>(source + at) - <f64>largest - logTotal
      const wanted = c == label ? on : off
      loss -= wanted * logProbability
      store<f32>(target + at, <f32>((Math.exp(logProbability) - wanted) * scale))
    }
    store<f32>(losses + ((<usize>row) << 2), <f32>loss)
  }
}
