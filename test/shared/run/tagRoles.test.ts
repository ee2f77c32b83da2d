import assert from 'node:assert/strict'
import test from 'node:test'
import { roleOfTag, type StreamPart, type TagRole } from '../../../shared/run/tagRoles.ts'

const cases: readonly [string, StreamPart | undefined, TagRole][] = [
  ['epoch_loss', 'train', 'trainLoss'],
  ['epoch_loss', 'val', 'valLoss'],
  ['epoch_accuracy', 'val', 'valAccuracy'],
  ['epoch_sparse_categorical_accuracy', 'val', 'valAccuracy'],
  ['epoch_learning_rate', 'train', 'learningRate'],
  ['lr-SGD', undefined, 'learningRate'],
  ['lr-Adam/pg1', undefined, 'learningRate'],
  ['lr-SGD-momentum', undefined, 'other'],
  ['schedule/learning_rate', undefined, 'learningRate'],
  ['schedule/momentum', undefined, 'momentum'],
  ['train/loss', undefined, 'trainLoss'],
  ['train_loss_step', undefined, 'trainLoss'],
  ['Loss/train', undefined, 'trainLoss'],
  ['val/acc', undefined, 'valAccuracy'],
  ['validation/accuracy', undefined, 'valAccuracy'],
  ['Accuracy/test', undefined, 'testAccuracy'],
  ['eval/loss', undefined, 'valLoss'],
  ['grad_norm', undefined, 'other'],
  ['evaluation_loss_vs_iterations', 'val', 'other'],
  ['discriminator/loss', undefined, 'other'],
]

test('what tags of PyTorch, Lightning, Keras, Hugging Face and our own say', () => {
  for (const [tag, part, role] of cases) assert.equal(roleOfTag(tag, part), role, `${tag} in ${part}`)
})
