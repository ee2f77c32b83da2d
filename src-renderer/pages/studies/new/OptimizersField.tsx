import { getAt, textAt } from '../../new-run/model/tree.ts'
import { renamedEntry } from './entries.ts'
import { PartFields } from './PartFields.tsx'
import { PartList } from './PartList.tsx'
import { freshPart, partOffers, partText } from './parts.ts'
import { baseOf } from './studyDraft.ts'
import { useStudyForm } from './studyForm.ts'

/** The optimizers that are compared; without any the base's. */
export function OptimizersField() {
  const base = baseOf(useStudyForm().tree)
  const own = base && { spec: base.optimizer }
  return (
    <PartList
      list={['optimizers']}
      title="Optimizers"
      one="optimizer"
      offers={partOffers('optimizer', base && partText('optimizer', base.optimizer))}
      entryOf={(kind) => (kind === 'base' ? own : { spec: freshPart('optimizer', kind) })}
      usual={
        own && {
          words: `The base's alone: ${partText('optimizer', own.spec)}. One that is added stands beside it.`,
          entry: own,
        }
      }
      textOf={(entry) => partText('optimizer', getAt(entry, ['spec']))}
      nameOf={(entry) => textAt(entry, ['label'])}
      renamed={renamedEntry}
      placeholder='[{"label": "SGD", "spec": {"kind": "sgd"}}, {"label": "Adam", "spec": {"kind": "adam"}}]'
      fields={(at) => <PartFields of="optimizer" at={[...at, 'spec']} />}
    />
  )
}
