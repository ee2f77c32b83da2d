import { Link, Outlet } from '@tanstack/react-router'

export function Frame() {
  return (
    <>
      <nav aria-label="Pages">
        <Link to="/">Runs</Link> <Link to="/new">New run</Link> <Link to="/ensembles">Ensembles</Link>{' '}
        <Link to="/data">Data</Link> <Link to="/settings">Settings</Link>
      </nav>
      <Outlet />
    </>
  )
}
