import { onlyOne } from '../callArguments.ts'
import {
  constantRule,
  cosineRule,
  exponentialRule,
  lambdaRule,
  linearRule,
  multiplicativeRule,
  multiStepRule,
  polynomialRule,
  stepRule,
} from '../rules.ts'
import { makeScheduler, makeWarmRestarts } from '../schedulers.ts'
import { type Constructor, type Constructors, last, lastEpoch, madeOf, numbersOf } from './constructor.ts'

function withFactor(name: 'LambdaLR' | 'MultiplicativeLR'): Constructor {
  return {
    parameters: ['optimizer', 'lr_lambda', ...last],
    make(given, group, { source, factorOf }) {
      const argument = given.find('lr_lambda') ?? given.refuse('lr_lambda', `${name} needs lr_lambda`)
      const { value, node } = onlyOne(source, argument, 'lr_lambda')
      const { factor, formula } = factorOf(value, node)
      const rule = name === 'LambdaLR' ? lambdaRule(factor) : multiplicativeRule(factor)
      const made = madeOf(name, { factor, formula })
      return makeScheduler(group, made, rule, { lastEpoch: lastEpoch(given, group) })
    },
  }
}

/** A factor, or a formula of the epoch. */
export const decays: Constructors = {
  LambdaLR: withFactor('LambdaLR'),
  MultiplicativeLR: withFactor('MultiplicativeLR'),
  StepLR: {
    parameters: ['optimizer', 'step_size', 'gamma', ...last],
    make(given, group) {
      const numbers = { step_size: given.number('step_size'), gamma: given.number('gamma', 0.1) }
      if (numbers.step_size <= 0) given.refuse('step_size', 'step_size must be above 0')
      const rule = stepRule(numbers.step_size, numbers.gamma)
      return makeScheduler(group, madeOf('StepLR', { numbers }), rule, { lastEpoch: lastEpoch(given, group) })
    },
  },
  MultiStepLR: {
    parameters: ['optimizer', 'milestones', 'gamma', ...last],
    make(given, group, { source }) {
      const milestones = numbersOf(given, 'milestones', source)
      const gamma = given.number('gamma', 0.1)
      const made = madeOf('MultiStepLR', { milestones, numbers: { gamma } })
      return makeScheduler(group, made, multiStepRule(milestones, gamma), {
        lastEpoch: lastEpoch(given, group),
      })
    },
  },
  ConstantLR: {
    parameters: ['optimizer', 'factor', 'total_iters', ...last],
    make(given, group) {
      const numbers = { factor: given.number('factor', 1 / 3), total_iters: given.number('total_iters', 5) }
      if (numbers.factor > 1 || numbers.factor < 0) given.refuse('factor', 'factor must be from 0 to 1')
      const rule = constantRule(numbers.factor, numbers.total_iters)
      return makeScheduler(group, madeOf('ConstantLR', { numbers }), rule, {
        lastEpoch: lastEpoch(given, group),
      })
    },
  },
  LinearLR: {
    parameters: ['optimizer', 'start_factor', 'end_factor', 'total_iters', ...last],
    make(given, group) {
      const numbers = {
        start_factor: given.number('start_factor', 1 / 3),
        end_factor: given.number('end_factor', 1),
        total_iters: given.number('total_iters', 5),
      }
      const { start_factor: start, end_factor: end, total_iters: total } = numbers
      if (start > 1 || start <= 0) given.refuse('start_factor', 'start_factor must be above 0 and at most 1')
      if (end > 1 || end < 0) given.refuse('end_factor', 'end_factor must be from 0 to 1')
      const made = madeOf('LinearLR', { numbers })
      return makeScheduler(group, made, linearRule(start, end, total), { lastEpoch: lastEpoch(given, group) })
    },
  },
  ExponentialLR: {
    parameters: ['optimizer', 'gamma', ...last],
    make(given, group) {
      const gamma = given.number('gamma')
      const made = madeOf('ExponentialLR', { numbers: { gamma } })
      return makeScheduler(group, made, exponentialRule(gamma), { lastEpoch: lastEpoch(given, group) })
    },
  },
  PolynomialLR: {
    parameters: ['optimizer', 'total_iters', 'power', ...last],
    make(given, group) {
      const numbers = { total_iters: given.number('total_iters', 5), power: given.number('power', 1) }
      const rule = polynomialRule(numbers.total_iters, numbers.power)
      return makeScheduler(group, madeOf('PolynomialLR', { numbers }), rule, {
        lastEpoch: lastEpoch(given, group),
      })
    },
  },
  CosineAnnealingLR: {
    parameters: ['optimizer', 'T_max', 'eta_min', ...last],
    make(given, group) {
      const numbers = { T_max: given.number('T_max'), eta_min: given.number('eta_min', 0) }
      if (numbers.T_max === 0) given.refuse('T_max', 'T_max must not be 0')
      const made = madeOf('CosineAnnealingLR', { numbers })
      const rule = cosineRule(numbers.T_max, numbers.eta_min)
      return makeScheduler(group, made, rule, { lastEpoch: lastEpoch(given, group) })
    },
  },
  CosineAnnealingWarmRestarts: {
    parameters: ['optimizer', 'T_0', 'T_mult', 'eta_min', ...last],
    make(given, group) {
      const [first, multiplier] = [given.whole('T_0', 1), given.whole('T_mult', 1, 1)]
      const least = given.number('eta_min', 0)
      const numbers = { T_0: first, T_mult: multiplier, eta_min: least }
      const made = madeOf('CosineAnnealingWarmRestarts', { numbers })
      return makeWarmRestarts(group, made, { first, multiplier, least, lastEpoch: lastEpoch(given, group) })
    },
  },
}
