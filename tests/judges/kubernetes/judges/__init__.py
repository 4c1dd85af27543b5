"""The Kubernetes judges. Each module of this package is one judge; `main` runs them all in one process."""
