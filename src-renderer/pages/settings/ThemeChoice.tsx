import { SegmentedControl, useMantineColorScheme } from '@mantine/core'
import { Section } from './Section.tsx'

const themes = [
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
  { value: 'auto', label: 'As the system' },
] as const

export function ThemeChoice() {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <Section of="theme">
      <div>
        <SegmentedControl
          aria-label="Theme"
          data={[...themes]}
          value={colorScheme}
          onChange={(value) => {
            const theme = themes.find((one) => one.value === value)
            if (theme !== undefined) setColorScheme(theme.value)
          }}
        />
      </div>
    </Section>
  )
}
