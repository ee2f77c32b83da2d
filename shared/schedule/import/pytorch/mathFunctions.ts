import {
  add,
  apply,
  choose,
  compare,
  constant,
  divide,
  floorDivide,
  multiply,
  type Num,
  negate,
  numeric,
  raise,
  remainder,
  subtract,
} from './numbers.ts'

type Call = (...values: readonly Num[]) => Num

interface MathFunction {
  readonly call: Call
  /** How many values it takes, at least and at most. */
  readonly takes: readonly [least: number, most: number]
}

const one = (call: (value: Num) => Num): MathFunction => ({
  takes: [1, 1],
  call: (value) => call(value ?? constant(0)),
})
const two = (call: (a: Num, b: Num) => Num): MathFunction => ({
  takes: [2, 2],
  call: (a, b) => call(a ?? constant(0), b ?? constant(0)),
})

const named = (name: string, compute: (x: number) => number, isInt = false): MathFunction =>
  one((value) => apply(name, [value], compute, isInt))

const zero = constant(0)
const half = constant(0.5)
const floor = (value: Num): Num => (value.isInt ? value : apply('floor', [value], Math.floor, true))
const ceil = (value: Num): Num => (value.isInt ? value : apply('ceil', [value], Math.ceil, true))
const exp = (value: Num): Num => apply('exp', [value], Math.exp)
const log = (value: Num): Num => apply('log', [value], Math.log)
const abs = (value: Num): Num => (value.isNonNegative ? value : apply('abs', [value], Math.abs, value.isInt))

const extreme =
  (name: 'min' | 'max'): Call =>
  (...values) =>
    apply(
      name,
      values,
      name === 'min' ? Math.min : Math.max,
      values.every((value) => value.isInt),
    )

/** Towards zero. */
const truncate = (value: Num): Num =>
  value.isInt || value.isNonNegative
    ? floor(value)
    : choose(compare('<', value, zero), ceil(value), floor(value))

/** Python's round: halves to the even number. */
function roundEven(value: Num, digits: Num | undefined): Num {
  if (digits !== undefined) {
    const scale = raise(constant(10, false), digits)
    return divide(roundEven(multiply(value, scale), undefined), scale)
  }
  if (value.isInt) return value
  const nearest = (of: Num): Num => apply('round', [of], Math.round, true)
  const isHalf = compare('==', subtract(value, floor(value)), half)
  return choose(isHalf, multiply(constant(2), nearest(divide(value, constant(2)))), nearest(value))
}

const logarithm: Call = (value = zero, base) =>
  base === undefined ? log(value) : divide(log(value), log(base))

const tangent = (value: Num): Num => divide(apply('sin', [value], Math.sin), apply('cos', [value], Math.cos))

const clip: Call = (value = zero, least = zero, most = zero) =>
  extreme('min')(extreme('max')(value, least), most)

/** Of values, as in the math module and NumPy. */
export const mathFunctions: Readonly<Record<string, MathFunction>> = {
  cos: named('cos', Math.cos),
  sin: named('sin', Math.sin),
  tan: one(tangent),
  tanh: named('tanh', Math.tanh),
  sinh: one((x) => divide(subtract(exp(x), exp(negate(x))), constant(2))),
  cosh: one((x) => divide(add(exp(x), exp(negate(x))), constant(2))),
  exp: one(exp),
  exp2: one((x) => raise(constant(2, false), x)),
  log: { takes: [1, 2], call: logarithm },
  log2: one((x) => logarithm(x, constant(2))),
  log10: one((x) => logarithm(x, constant(10))),
  log1p: one((x) => log(add(constant(1), x))),
  sqrt: named('sqrt', Math.sqrt),
  floor: one(floor),
  ceil: one(ceil),
  trunc: one(truncate),
  fabs: one(abs),
  abs: one(abs),
  radians: one((x) => multiply(x, constant(Math.PI / 180))),
  pow: two(raise),
  power: two(raise),
  fmod: two((a, b) =>
    a.isNonNegative && b.isNonNegative ? remainder(a, b) : negate(remainder(negate(a), b)),
  ),
  mod: two(remainder),
  floor_divide: two(floorDivide),
  minimum: two(extreme('min')),
  maximum: two(extreme('max')),
  square: one((x) => multiply(x, x)),
  clip: { takes: [3, 3], call: clip },
}

/** Python's own functions of numbers. */
export const builtins: Readonly<Record<string, MathFunction>> = {
  abs: one(abs),
  float: one((x) => ({ ...numeric(x), isInt: false })),
  int: one(truncate),
  bool: one((x) => compare('!=', x, zero)),
  round: { takes: [1, 2], call: (value = zero, digits) => roundEven(value, digits) },
  pow: two(raise),
  min: { takes: [1, 64], call: extreme('min') },
  max: { takes: [1, 64], call: extreme('max') },
}

const mathConstants: Readonly<Record<string, number>> = {
  pi: Math.PI,
  e: Math.E,
  tau: 2 * Math.PI,
  inf: Number.POSITIVE_INFINITY,
  nan: Number.NaN,
}

const mathModules = new Set(['math', 'm', 'np', 'numpy', 'torch', 'cmath'])

export const isMathModule = (name: string | undefined): boolean => name !== undefined && mathModules.has(name)

/** A constant of the math module; undefined for other names. */
export function mathConstant(name: string): Num | undefined {
  const value = Object.hasOwn(mathConstants, name) ? mathConstants[name] : undefined
  return value === undefined ? undefined : constant(value, false)
}
