"""Memoised, immutable views of a repository; a fact is a plain function of a :class:`~qmslint.facts.base.Scan`."""
