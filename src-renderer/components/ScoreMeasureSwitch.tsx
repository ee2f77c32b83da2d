import { SegmentedControl } from '@mantine/core'
import { measureTitles, scoreMeasures } from '../format/scoreMeasure.ts'
import { useScoreMeasure } from '../hooks/useScoreMeasure.ts'

/** Chooses for every screen whether scores are told as accuracy or as error. */
export function ScoreMeasureSwitch() {
  const [measure, setMeasure] = useScoreMeasure()
  return (
    <SegmentedControl
      aria-label="Scores as"
      value={measure}
      data={scoreMeasures.map((value) => ({ value, label: measureTitles[value] }))}
      onChange={setMeasure}
    />
  )
}
