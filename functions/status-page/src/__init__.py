"""The status page, as a package, so that its tests can import relative to it."""
