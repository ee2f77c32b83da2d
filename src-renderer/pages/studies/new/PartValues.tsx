import { getAt } from '../../new-run/model/tree.ts'
import { isNamedValue, nameOfValue, renamedValue } from './entries.ts'
import { PartFields } from './PartFields.tsx'
import { PartList } from './PartList.tsx'
import { freshPart, type PartOf, partOffers, partText, wholePart } from './parts.ts'
import { baseOf } from './studyDraft.ts'
import { useStudyForm } from './studyForm.ts'

interface PartValuesProps {
  readonly index: number
  readonly of: PartOf
}

const words = {
  optimizer: { title: 'Optimizers', one: 'optimizer', placeholder: '[{"kind": "sgd"}, {"kind": "adam"}]' },
  model: {
    title: 'Networks',
    one: 'network',
    placeholder: '[{"kind": "mlp", "hidden": [64]}, {"kind": "cnn"}]',
  },
} as const

/** An axis over whole optimizers or networks. */
export function PartValues({ index, of }: PartValuesProps) {
  const base = baseOf(useStudyForm().tree)
  const bare = (value: unknown): unknown => (isNamedValue(value) ? getAt(value, ['value']) : value)
  return (
    <PartList
      list={['axes', index, 'values']}
      {...words[of]}
      offers={partOffers(of, base && partText(of, base[of]))}
      entryOf={(kind) => (kind === 'base' ? base?.[of] : freshPart(of, kind))}
      textOf={(value) => partText(of, wholePart(of, bare(value), undefined))}
      nameOf={nameOfValue}
      renamed={renamedValue}
      fields={(at, value) => <PartFields of={of} at={isNamedValue(value) ? [...at, 'value'] : at} />}
    />
  )
}
