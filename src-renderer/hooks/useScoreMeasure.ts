import { useLocalStorage } from '@mantine/hooks'
import { type ScoreMeasure, scoreMeasures } from '../format/scoreMeasure.ts'

/** Accuracy or error: one preference for every screen, kept in the browser and shared by its open windows. */
export function useScoreMeasure(): readonly [ScoreMeasure, (measure: ScoreMeasure) => void] {
  const [measure, setMeasure] = useLocalStorage<ScoreMeasure>({
    key: 'anneal.score-measure',
    defaultValue: 'accuracy',
    getInitialValueInEffect: false,
    // Any text may stand in the browser's storage.
    deserialize: (text) => scoreMeasures.find((one) => one === text) ?? 'accuracy',
    serialize: (value) => value,
  })
  return [measure, setMeasure]
}
