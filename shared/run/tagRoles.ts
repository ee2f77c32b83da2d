import { z } from 'zod'

/*
 * What a scalar of another program is to Anneal, by its tag's name. The rules are few and literal: a tag is split into words at
 * anything that is no letter and no digit; one that no rule fits stays a series under its own name.
 */

/** Scores that an evaluation may have. */
export const evaluationScores = [
  'trainLoss',
  'trainAccuracy',
  'valLoss',
  'valAccuracy',
  'testLoss',
  'testAccuracy',
] as const
export type EvaluationScore = (typeof evaluationScores)[number]

const tagRoles = ['learningRate', 'momentum', ...evaluationScores] as const
/** other: a series under the tag's own name. */
export const tagRole = z.enum([...tagRoles, 'other'])
export type TagRole = z.infer<typeof tagRole>

export const tagRoleWords: Readonly<Record<TagRole, string>> = {
  learningRate: 'Learning rate',
  momentum: 'Momentum',
  trainLoss: 'Training loss',
  trainAccuracy: 'Training accuracy',
  valLoss: 'Validation loss',
  valAccuracy: 'Validation accuracy',
  testLoss: 'Test loss',
  testAccuracy: 'Test accuracy',
  other: 'A series of its own',
}

/** The part of the data that a subfolder's name says its scalars are of: Keras writes train/ and validation/. */
export type StreamPart = 'train' | 'val' | 'test'

const partWords: Readonly<Record<StreamPart, readonly string[]>> = {
  train: ['train', 'training', 'trn', 'tr'],
  val: ['val', 'valid', 'validation', 'dev', 'eval', 'evaluation', 'holdout'],
  test: ['test', 'testing', 'tst'],
}

/** @returns undefined where the folder's name is none of a part's */
export function partOfFolder(name: string): StreamPart | undefined {
  return partNamed(wordsOf(name).join(' '))
}

/** Words that say when or how a value was taken, and nothing of what it is. */
const fillers = new Set(['epoch', 'step', 'batch', 'iter', 'iteration', 'global', 'total', 'avg', 'mean'])
const losses = new Set(['loss', 'nll', 'xent', 'ce', 'crossentropy', 'cross', 'entropy'])
const accuracies = new Set(['accuracy', 'acc', 'top1', 'precision1', 'acc1', 'acc@1'])
const accuracyFillers = new Set(['sparse', 'categorical', 'binary', 'top', '1', 'multiclass'])
const schedulers = new Set([
  'schedule',
  'scheduler',
  'optimizer',
  'optim',
  'opt',
  'train',
  'training',
  'hparams',
])
const optimizers = new Set(['sgd', 'adam', 'adamw', 'rmsprop', 'adagrad', 'nadam', 'lamb', 'lars', 'lion'])

/**
 * @param part of the folder that the tag stands in, where its name says one
 * @returns "other" where the name does not say
 */
export function roleOfTag(tag: string, part?: StreamPart): TagRole {
  const words = wordsOf(tag).filter((word) => !fillers.has(word))
  const said = words.map(partNamed).find((each) => each !== undefined)
  const rest = words.filter((word) => partNamed(word) === undefined)
  if (isRate(rest)) return 'learningRate'
  if (isOf(rest, ['momentum'])) return 'momentum'
  const of = said ?? part ?? 'train'
  if (rest.length > 0 && rest.every((word) => losses.has(word))) return `${of}Loss`
  if (isAccuracy(rest)) return `${of}Accuracy`
  return 'other'
}

/** "lr", "learning_rate", "lr-SGD", "lr-Adam/pg1", "optimizer/lr", "lr_0": of several groups the first. */
function isRate(words: readonly string[]): boolean {
  const core = words.filter((word) => !schedulers.has(word) && !optimizers.has(word))
  return isOf(core, ['lr']) || isOf(core, ['learning', 'rate']) || isOf(core, ['learningrate'])
}

function isOf(words: readonly string[], wanted: readonly string[]): boolean {
  const core = words.filter(
    (word) => (!schedulers.has(word) && !optimizers.has(word)) || wanted.includes(word),
  )
  const group = core.at(-1)
  const own =
    core.length > wanted.length && /^(pg1|0|group0|lr)$/.test(group ?? '') ? core.slice(0, -1) : core
  return own.length === wanted.length && own.every((word, i) => word === wanted[i])
}

function isAccuracy(words: readonly string[]): boolean {
  const core = words.filter((word) => !accuracyFillers.has(word))
  const [only] = core
  return core.length === 1 && only !== undefined && accuracies.has(only)
}

function partNamed(word: string): StreamPart | undefined {
  if (partWords.train.includes(word)) return 'train'
  if (partWords.val.includes(word)) return 'val'
  return partWords.test.includes(word) ? 'test' : undefined
}

/** Lower case; "valAcc" is two words, "top1" one. */
const wordsOf = (tag: string): string[] =>
  tag
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d@]+/)
    .filter((word) => word !== '')
