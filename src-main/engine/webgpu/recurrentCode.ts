import type { ScanAttrs } from '../recurrentAttrs.ts'

/* The WGSL of recurrent layers; see recurrent.ts. The formulas are those of engine/simd/assembly/lstm.ts, gru.ts and simpleRnn.ts. */

type Activation = ScanAttrs['activation']

const activationOf: Readonly<Record<Activation, string>> = {
  linear: 'x',
  sigmoid: '1.0 / (1.0 + exp(-x))',
  // Beyond 10 it is 1 in float32, and what a driver composes of exponentials is none.
  tanh: 'tanh(clamp(x, -10.0, 10.0))',
  relu: 'max(x, 0.0)',
  hardSigmoid: 'clamp(0.2 * x + 0.5, 0.0, 1.0)',
}

/** The derivative where the value is y. */
const slopeOf: Readonly<Record<Activation, string>> = {
  linear: '1.0',
  sigmoid: 'y * (1.0 - y)',
  tanh: '1.0 - y * y',
  relu: 'select(0.0, 1.0, y > 0.0)',
  hardSigmoid: 'select(0.0, 0.2, y > 0.0 && y < 1.0)',
}

/** What the code is told apart by. */
export const nameOf = ({ cell, activation, gateActivation, sequences }: ScanAttrs, masked: boolean): string =>
  [cell, activation, gateActivation, sequences ? 'All' : 'Last', masked ? 'Masked' : ''].join('')

/** A NaN is given on: clamp(), max() and a driver's exp() may swallow it, and with it the news that a run diverged. */
const functions = ({ activation, gateActivation }: ScanAttrs): string => `
  fn inner(x : f32) -> f32 { if (isnan(x)) { return x; } return ${activationOf[activation]}; }
  fn gate(x : f32) -> f32 { if (isnan(x)) { return x; } return ${activationOf[gateActivation]}; }
  fn innerSlope(y : f32) -> f32 { return ${slopeOf[activation]}; }
  fn gateSlope(y : f32) -> f32 { return ${slopeOf[gateActivation]}; }
`

/** Code of a kernel: `steps` is run for each step, with all that is named by its number. */
const kernel = (attrs: ScanAttrs, masked: boolean, order: string, steps: string): string => `
  ${functions(attrs)}
  fn main() {
    let example = i32(workgroupId.x);
    let lane = i32(localIndex);
    let units = settings.units;
    let columns = settings.columns;
    let last = settings.steps - 1;
    for (${order}) {
      let before = (example * settings.steps + step) * units;
      let own = (example * settings.steps + step) * columns;
      let seen = ${masked ? 'mask[example * settings.steps + step] != 0.0' : 'true'};
      ${steps}
    }
  }
`

/** Done for each unit by one thread, always the same. */
const forUnits = (threads: number, work: string): string => `
  for (var u = lane; u < units; u = u + ${threads}) {
    ${work}
  }
`

/** What one phase of a step has written is read by all threads in the next. */
const barrier = 'storageBarrier();'

/** Adds products of the numbers of `source` with columns of the recurrent kernel to sums, by the part of the gates they are in. */
const addProducts = (source: string, sums: Readonly<Record<string, number>>): string => `
  if (step > 0) {
    for (var k = 0; k < units; k = k + 1) {
      let h = ${source}[before + k];
      ${Object.entries(sums)
        .map(([sum, part]) => `${sum} = ${sum} + h * recurrent[k * columns + ${part} * units + u];`)
        .join(' ')}
    }
  }
`

/** A step that is not seen keeps the state before it, and gives it out once more. */
export function forwardCode(attrs: ScanAttrs, masked: boolean, threads: number): string {
  const put = attrs.sequences
    ? 'outputs[before + u] = shown;'
    : 'if (step == last) { outputs[example * units + u] = shown; }'
  const finish = `
    let shown = select(old, h, seen);
    if (step == 0) { previous[before + u] = 0.0; }
    if (step < last) { previous[before + units + u] = shown; }
    ${put}
  `
  const oldState = 'let old = select(0.0, previous[before + u], step > 0);'
  const gruEnd = `
    gates[own + 2 * units + u] = n;
    let h = gates[own + u] * (old - n) + n;
    ${finish}
  `
  const phases = {
    simple: () => `
      var sum = z[own + u];
      ${addProducts('previous', { sum: 0 })}
      let h = inner(sum);
      gates[own + u] = h;
      ${finish}`,
    lstm: () => `
      var first = z[own + u];
      var second = z[own + units + u];
      var third = z[own + 2 * units + u];
      var fourth = z[own + 3 * units + u];
      ${addProducts('previous', { first: 0, second: 1, third: 2, fourth: 3 })}
      let i = gate(first);
      let f = gate(second);
      let g = inner(third);
      let o = gate(fourth);
      var carry = 0.0;
      if (step > 0) { carry = extra[before - units + u]; }
      let c = i * g + f * carry;
      gates[own + u] = i;
      gates[own + units + u] = f;
      gates[own + 2 * units + u] = g;
      gates[own + 3 * units + u] = o;
      extra[before + u] = select(carry, c, seen);
      let h = o * inner(c);
      ${finish}`,
    gru: () => `
      var first = z[own + u];
      var second = z[own + units + u];
      ${addProducts('previous', { first: 0, second: 1 })}
      gates[own + u] = gate(first);
      let r = gate(second);
      gates[own + units + u] = r;
      extra[before + u] = r * old;`,
    gruAfter: () => `
      var first = z[own + u];
      var second = z[own + units + u];
      var third = bias[u];
      ${addProducts('previous', { first: 0, second: 1, third: 2 })}
      gates[own + u] = gate(first);
      let r = gate(second);
      gates[own + units + u] = r;
      extra[before + u] = third;
      let n = inner(z[own + 2 * units + u] + r * third);
      ${gruEnd}`,
  }
  const second = `
    ${barrier}
    ${forUnits(
      threads,
      `${oldState}
      var sum = z[own + 2 * units + u];
      ${addProducts('extra', { sum: 2 })}
      let n = inner(sum);
      ${gruEnd}`,
    )}`
  return kernel(
    attrs,
    masked,
    'var step = 0; step <= last; step = step + 1',
    `${forUnits(threads, `${oldState} ${phases[attrs.cell]()}`)} ${attrs.cell === 'gru' ? second : ''} ${barrier}`,
  )
}

/** Adds products of a step's slopes, from one column of the gates to another, with the unit's row of the recurrent kernel. */
const addSlopes = (sum: string, from: string, to: string): string => `
  for (var c = ${from}; c < ${to}; c = c + 1) {
    ${sum} = ${sum} + dz[own + c] * recurrent[u * columns + c];
  }
`

/** A step that is not seen passes the gradients of state and carry on. */
export function backwardCode(attrs: ScanAttrs, masked: boolean, threads: number): string {
  const slope = attrs.sequences
    ? 'var dh = dy[before + u];'
    : 'var dh = select(0.0, dy[example * units + u], step == last);'
  const state = 'states[2 * example * units + u]'
  const carry = 'states[(2 * example + 1) * units + u]'
  const begin = `
    ${slope}
    if (step < last) { dh = dh + ${state}; }
  `
  const gru = (rest: string) => `
    let v = gates[own + u];
    let r = gates[own + units + u];
    let n = gates[own + 2 * units + u];
    let dn = dh * (1.0 - v) * innerSlope(n);
    dz[own + u] = dh * (previous[before + u] - n) * gateSlope(v);
    dz[own + 2 * units + u] = dn;
    ${state} = dh * v;
    ${rest}
  `
  const phases = {
    simple: () => `dz[own + u] = dh * innerSlope(gates[own + u]);`,
    lstm: () => `
      let i = gates[own + u];
      let f = gates[own + units + u];
      let g = gates[own + 2 * units + u];
      let o = gates[own + 3 * units + u];
      let lit = inner(extra[before + u]);
      var dc = dh * o * innerSlope(lit);
      if (step < last) { dc = dc + ${carry}; }
      dz[own + u] = dc * g * gateSlope(i);
      dz[own + units + u] = 0.0;
      if (step > 0) { dz[own + units + u] = dc * extra[before - units + u] * gateSlope(f); }
      dz[own + 2 * units + u] = dc * i * innerSlope(g);
      dz[own + 3 * units + u] = dh * lit * gateSlope(o);
      ${carry} = dc * f;`,
    gru: () => gru(''),
    gruAfter: () =>
      gru(`
        dz[own + units + u] = dn * extra[before + u] * gateSlope(r);
        dProduct[before + u] = dn * r;`),
  }
  const second = {
    simple: () => '',
    lstm: () => '',
    gru: () => `
      ${forUnits(
        threads,
        `var dr = 0.0;
        ${addSlopes('dr', '2 * units', '3 * units')}
        let r = gates[own + units + u];
        dz[own + units + u] = dr * previous[before + u] * gateSlope(r);
        ${state} = ${state} + dr * r;`,
      )}
      ${barrier}`,
    gruAfter: () => '',
  }
  const isGru = attrs.cell === 'gru' || attrs.cell === 'gruAfter'
  const product =
    attrs.cell === 'gruAfter'
      ? `for (var k = 0; k < units; k = k + 1) {
          sum = sum + dProduct[before + k] * recurrent[u * columns + 2 * units + k];
        }`
      : ''
  const parts = { simple: 1, lstm: 4, gru: 3, gruAfter: 3 }[attrs.cell]
  const passOn = `
    for (var part = 0; part < ${parts}; part = part + 1) { dz[own + part * units + u] = 0.0; }
    ${state} = dh;
    ${attrs.cell === 'lstm' ? `if (step == last) { ${carry} = 0.0; }` : ''}
    ${attrs.cell === 'gruAfter' ? 'dProduct[before + u] = 0.0;' : ''}
  `
  const firstPhase = `${begin} if (seen) { ${phases[attrs.cell]()} } else { ${passOn} }`
  const lastPhase = `
    var sum = 0.0;
    if (${isGru ? 'true' : '!seen'}) { sum = ${state}; }
    ${addSlopes('sum', '0', isGru ? '2 * units' : 'columns')}
    ${product}
    ${state} = sum;
  `
  return kernel(
    attrs,
    masked,
    'var step = last; step >= 0; step = step - 1',
    `${forUnits(threads, firstPhase)}
    ${barrier}
    ${second[attrs.cell]()}
    ${forUnits(threads, lastPhase)}`,
  )
}
