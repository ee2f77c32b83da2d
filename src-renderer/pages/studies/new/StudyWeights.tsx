import { useState } from 'react'
import { InitialWeights } from '../../new-run/InitialWeights.tsx'
import { getAt } from '../../new-run/model/tree.ts'
import { type DraftWeights, draftOfWeights, weightsOf } from '../../new-run/model/weights.ts'
import { useStudyForm } from './studyForm.ts'

/** What every run of the study begins with. The text stays as it is typed as long as it says what the study says. */
export function StudyWeights() {
  const { tree, set } = useStudyForm()
  const [typed, setTyped] = useState<DraftWeights>()
  const told = draftOfWeights(getAt(tree, ['initialWeights']))
  const isCurrent =
    typed !== undefined && JSON.stringify(weightsOf(typed)) === JSON.stringify(weightsOf(told))
  return (
    <InitialWeights
      value={isCurrent ? typed : told}
      onChange={(value) => {
        setTyped(value)
        set(['initialWeights'], weightsOf(value))
      }}
    />
  )
}
