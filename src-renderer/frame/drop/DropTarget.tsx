import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { notifyError } from '../../components/notify.ts'
import classes from './DropTarget.module.css'
import { dropKinds } from './dropKinds.ts'
import { droppedOf } from './dropped.ts'

/**
 * Takes files let go anywhere in the window, where no field of a page takes them first; without it the browser would leave
 * the page for the file. While files are held above it, says what will become of them.
 */
export function DropTarget() {
  const navigate = useNavigate()
  const [isOver, setOver] = useState(false)
  const go = useRef(navigate)
  go.current = navigate
  useEffect(() => {
    const over = (event: DragEvent): void => {
      const isOurs = !event.defaultPrevented && hasFiles(event)
      if (isOurs) event.preventDefault()
      setOver(isOurs)
    }
    const leave = (event: DragEvent): void => {
      // Between two parts of the page there is a part that is entered.
      if (event.relatedTarget === null) setOver(false)
    }
    const drop = (event: DragEvent): void => {
      setOver(false)
      if (event.defaultPrevented || event.dataTransfer === null || !hasFiles(event)) return
      event.preventDefault()
      const dropped = droppedOf(event.dataTransfer)
      const kind = dropped && dropKinds.find((each) => each.takes(dropped))
      if (dropped === undefined || kind === undefined) return
      kind
        .open(dropped, (to) => void go.current({ to }))
        .catch((error: unknown) => notifyError('What was dropped could not be opened', error))
    }
    window.addEventListener('dragover', over)
    window.addEventListener('dragleave', leave)
    window.addEventListener('drop', drop)
    return () => {
      window.removeEventListener('dragover', over)
      window.removeEventListener('dragleave', leave)
      window.removeEventListener('drop', drop)
    }
  }, [])
  if (!isOver) return null
  return <div className={classes.over}>Drop a file or folder to look at it as data to import</div>
}

const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') === true
