import { familyOf } from './families.ts'
import type { FieldSpec } from './fields.ts'
import { imageParts, stepParts } from './optionalParts.ts'
import { modelKind, optimizerKind } from './runFields.ts'
import { getAt, pathText, textAt } from './tree.ts'

const ofRun: Readonly<Record<string, string>> = {
  name: 'Name',
  'dataset.name': 'Data set',
  'dataset.validation': 'Validation part',
  'dataset.test': 'Test part',
  'dataset.seed': 'Split seed',
  batchSize: 'Batch size',
  'budget.epochs': 'Budget',
  'budget.steps': 'Budget',
  budget: 'Budget',
  'snapshots.every': 'Snapshots every',
  seed: 'Seed',
  device: 'Device',
  labelSmoothing: 'Label smoothing',
  'augmentation.crop': 'Random crop',
  'augmentation.flip': 'Mirror half',
  'augmentation.rotation': 'Rotation up to',
  ...labelsOfParts(),
  'evaluation.everyEpochs': 'Evaluate every',
}

/** Of the parts that a spec may lack, and of their fields. */
function labelsOfParts(): Record<string, string> {
  return Object.fromEntries(
    [...imageParts, ...stepParts].flatMap(({ path, label, kinds }) => [
      [pathText(path), label],
      ...Object.values(kinds).flatMap(({ at, fields }) =>
        at === undefined ? fields.map((field) => [pathText([...path, field.key]), field.label]) : [],
      ),
    ]),
  )
}

/** What the form calls the field of a path, or the nearest field that holds it; the path itself where it has none. */
export function labelAt(tree: unknown, path: string): string {
  const known = ofRun[path]
  if (known !== undefined) return known
  const keys = path.split('.')
  for (let count = keys.length - 1; count > 0; count--) {
    const holder = getAt(tree, keys.slice(0, count))
    const label = fieldsOf(keys[0], textAt(holder, ['kind'])).find(({ key }) => key === keys[count])?.label
    if (label !== undefined) return label
  }
  return path === '' ? 'The spec' : path
}

function fieldsOf(of: string | undefined, kind: string): readonly FieldSpec[] {
  if (of === 'model') return modelKind(kind)?.fields ?? []
  if (of === 'optimizer') return optimizerKind(kind)?.fields ?? []
  return familyOf(kind)?.fields ?? []
}
