import { useDebouncedValue } from '@mantine/hooks'
import { useEffect, useRef, useState } from 'react'
import type { ImportFormat } from '../../../../shared/data/importOptions.ts'
import { type DataPreview, type PreviewInput, previewOptions } from '../../../../shared/data/preview.ts'
import { api } from '../../../client.ts'
import { type Draft, optionsOf } from './draft.ts'

interface PreviewState {
  /** The last that came. */
  readonly preview: DataPreview | undefined
  /** looking: more comes; stopped: by the user. */
  readonly phase: 'none' | 'looking' | 'ended' | 'stopped' | 'failed'
  readonly error: unknown
}

const nothing: PreviewState = { preview: undefined, phase: 'none', error: undefined }

/** What an import of the form as it stands would find; asked for once the form has not changed for a moment. */
export function usePreview(draft: Draft, format: ImportFormat | undefined) {
  const key = JSON.stringify(askedOf(draft, format) ?? null)
  const [asked] = useDebouncedValue(key, 300)
  const [state, setState] = useState(nothing)
  const of = useRef('')
  const end = useRef<() => void>(undefined)
  useEffect(() => {
    const options: PreviewInput | null = JSON.parse(asked)
    if (options === null) {
      setState(nothing)
      return
    }
    // What was seen of the same data stands until something newer comes.
    const data = `${options.format} ${options.path}`
    const isSame = data === of.current
    of.current = data
    setState(({ preview }) => ({ ...nothing, preview: isSame ? preview : undefined, phase: 'looking' }))
    let isOver = false
    const change = (more: Partial<PreviewState>): void => {
      if (!isOver) setState((before) => ({ ...before, ...more }))
    }
    const subscription = api.datasets.preview.subscribe(options, {
      onData: (preview) => change({ preview }),
      onError: (error) => change({ preview: undefined, phase: 'failed', error }),
      onComplete: () => change({ phase: 'ended' }),
    })
    end.current = () => {
      isOver = true
      subscription.unsubscribe()
    }
    return end.current
  }, [asked])
  const stop = (): void => {
    end.current?.()
    setState((before) => ({ ...before, phase: 'stopped' }))
  }
  return { ...state, isNewer: asked !== key, stop }
}

/** Undefined where the form cannot be asked about yet. What no preview needs is left out, so that a typo there stops none. */
function askedOf(draft: Draft, format: ImportFormat | undefined): PreviewInput | undefined {
  if (format === undefined || draft.path.trim() === '') return undefined
  const { name: _, source: __, license: ___, ...options } = optionsOf(draft, format)
  const parsed = previewOptions.safeParse(options)
  return parsed.success ? parsed.data : undefined
}
