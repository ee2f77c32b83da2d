import { Checkbox, MultiSelect } from '@mantine/core'
import { cooldownShape } from '../../../../shared/study/spec.ts'
import { getAt, listAt } from '../../new-run/model/tree.ts'
import { NumberField, NumbersField, SharesField } from './fields.tsx'
import classes from './NewStudy.module.css'
import { useStudyForm } from './studyForm.ts'

/** One long run at one rate, and a cool-down from it for every budget. */
export function TrunkFields() {
  const { tree, set } = useStudyForm()
  return (
    <section className={classes.group} aria-label="Trunk">
      <div className={classes.groupHead}>
        <h2>One trunk for every budget</h2>
      </div>
      <p className={classes.help}>
        A stable phase at one rate, with a cool-down branched from it at each budget (warm-up, stable, decay;
        Hägele et al. 2024).
      </p>
      <div className={classes.fields}>
        <NumberField path={['lr']} label="Rate of the trunk" width={140} />
        <NumberField path={['warmup']} label="Warm-up, share of the longest" width={220} />
        <SharesField path={['budgets']} label="Budgets, % of the base's" width={170} />
        <NumberField path={['cooldown']} label="Cool-down, share of each" width={190} />
        <MultiSelect
          size="xs"
          label="Shapes of the cool-down"
          w={190}
          data={[...cooldownShape.options]}
          value={listAt(tree, ['shapes']).map(String)}
          onChange={(shapes) => set(['shapes'], shapes)}
        />
        <NumbersField path={['seeds']} label="Seeds" width={120} />
      </div>
      <Checkbox
        mt="xs"
        label="Train the same budgets separately under cosine, to compare with"
        checked={getAt(tree, ['separate']) !== false}
        onChange={({ currentTarget }) => set(['separate'], currentTarget.checked)}
      />
    </section>
  )
}
