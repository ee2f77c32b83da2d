import { useShortcuts } from '../../frame/shortcuts.ts'
import type { useDraft } from './useDraft.ts'
import type { View } from './ViewSwitch.tsx'

interface Keys {
  readonly editor: Pick<ReturnType<typeof useDraft>, 'undo' | 'redo' | 'canUndo' | 'canRedo'>
  readonly view: View
  readonly setView: (view: View) => void
  readonly start: () => void
}

export function useNewRunKeys({ editor, view, setView, start }: Keys): void {
  const { undo, redo } = editor
  const canUndo = () => editor.canUndo && !isInTextOfItsOwn()
  const canRedo = () => editor.canRedo && !isInTextOfItsOwn()
  useShortcuts('New run', [
    { keys: 'mod+Enter', does: 'Start the run', run: start },
    { keys: 'mod+.', does: 'Designer or JSON', run: () => setView(view === 'json' ? 'designer' : 'json') },
    { keys: 'mod+Z', does: 'Undo the last change', run: undo, when: canUndo },
    { keys: 'mod+shift+Z', does: 'Redo', run: redo, when: canRedo },
    { keys: 'mod+Y', does: 'Redo', run: redo, when: canRedo },
  ])
}

/** Long texts undo their own letters. */
const isInTextOfItsOwn = (): boolean =>
  document.activeElement?.closest('textarea, [contenteditable="true"]') != null
